/** Verifications as two clusters gave them, with what is hard on a report: every verdict, markup, control characters, a cluster out of reach. */
import { finding } from '../../../lib/checks/finding.ts';
import type { CheckResult } from '../../../lib/checks/check.ts';
import type { Verification } from '../../../lib/procedure/verify.ts';

/** What a name or a reason of the cluster may hold at worst. */
export const hostile = '<b>&"\'|`*_ @team #12 </td>]]>\u0007\u{fffe}\ud800\n| x';

const now = '2026-11-22T03:24:00.123Z';

const checks: CheckResult[] = [
  { check: 'pods', verdict: 'fail', gating: true, findings: [finding('pod-broken', 'fail', { pod: 'thanos-receive-2', reason: hostile, exitCode: 1 }), finding('pod-starting', 'pending', { pod: 'thanos-receive-1', forMs: 5000 })] },
  { check: 'rollout', verdict: 'pending', gating: true, dueAt: '2026-11-22T03:25:00Z', findings: [finding('rollout-waits', 'pending', { workload: 'deployment/q', waitingFor: ['q-1'] }, '2026-11-22T03:25:00Z')] },
  { check: 'resources', verdict: 'warn', gating: true, findings: [finding('oom', 'warn', { pod: 'p-0', container: 'c', at: '2026-11-22T03:20:00Z', isBefore: true })] },
  { check: 'pvc', verdict: 'skipped', gating: true, findings: [] },
  { check: 'uploads', verdict: 'fail', gating: false, findings: [finding('claim-lost', 'fail', { claim: 'data-0', volume: 'pv-7' })] },
];

export const whole: Verification = {
  cluster: { contextName: 'cluster-01', server: 'https://127.0.0.1:1', uid: 'u' },
  namespaces: ['monitoring'],
  now,
  verdict: 'pass',
  exitCode: 0,
  checks: [{ check: 'pods', verdict: 'pass', gating: true, findings: [finding('pods-ready', 'pass', { pods: 14, stableForMs: 30_000 })] }],
};

export const broken: Verification = { ...whole, cluster: { ...whole.cluster, contextName: 'cluster-02' }, since: '2026-11-22T03:21:00Z', verdict: 'fail', exitCode: 3, checks };

const unreachable = finding('not-observed', 'inconclusive', { code: 'server.unreachable', params: { server: 'https://127.0.0.1:9', detail: 'connection refused', kind: 'network' } });

export const dead: Verification = {
  cluster: { name: 'cluster-03', contextName: '', server: 'https://127.0.0.1:9', uid: undefined },
  now,
  verdict: 'inconclusive',
  exitCode: 9,
  checks: [{ check: 'connection', verdict: 'inconclusive', gating: true, findings: [unreachable] }],
};
