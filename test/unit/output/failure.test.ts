import { describe, expect, test } from 'vitest';
import { RetraceError, type ErrorCode, type ErrorParams } from '../../../lib/core/errors.ts';
import { describeFailure, renderFailure } from '../../../lib/output/failure.ts';
import { english } from '../../../lib/output/messages/en.ts';
import { korean } from '../../../lib/output/messages/ko.ts';
import { plainStyle } from '../../../lib/output/style.ts';

/** Parameters of every failure; a new one without a sample does not compile. */
const samples: { [C in ErrorCode]: ErrorParams[C] } = {
  'usage.flags': { detail: 'unexpected "x"', command: 'kubectl rollback runs' },
  'usage.value': { flag: '--timeout', value: '5', expected: 'a duration with its unit, as 10m' },
  'usage.missing-value': { flag: '--to', placeholder: 'REVISION' },
  'usage.repeated': { flag: '--to' },
  'usage.unknown-flag': { flag: '--foo', near: ['--to'], command: 'kubectl rollback plan' },
  'usage.unknown-command': { name: 'udno', near: ['undo'], plugin: 'rollback', known: ['plan', 'undo'] },
  'usage.missing-target': { command: 'kubectl rollback plan TYPE/NAME' },
  'verify.failed': { checks: ['pods', 'rollout'], explain: 'kubectl verify --explain=pods' },
  'verify.inconclusive': { checks: ['pvc'], explain: 'kubectl verify --explain=pvc' },
  'verify.nothing-proved': { namespaces: ['monitoring'] },
  'verify.pending': { checks: ['rollout'], again: 'kubectl verify --wait', dueAt: '2026-11-22T05:10:00.000Z', waitedMs: 60_000 },
  'verify.unknown-check': { flag: '--gate', name: 'pots', near: ['pods'], known: ['pods', 'rollout'] },
  'drain.no-sender': { target: 'statefulset/thanos-query' },
  'verify.empty-namespace': { namespace: 'default', elsewhere: [{ namespace: 'monitoring', command: 'kubectl verify -n monitoring' }] },
  'endpoint.unreachable': { namespace: 'monitoring', pod: 'prometheus-0', port: 9090, detail: 'connection refused' },
  'endpoint.refused': { namespace: 'monitoring', pod: 'agent-0', port: 9090, path: '/api/v1/query', status: 422, detail: 'unavailable with Prometheus Agent' },
  'endpoint.unreadable': { namespace: 'monitoring', pod: 'prometheus-0', port: 9090, path: '/metrics', detail: 'line 3, column 1: invalid metric name' },
  'usage.confirm-needed': { command: 'kubectl rollback undo sts/x --yes' },
  'usage.confirm-name-needed': { name: 'x', flag: '--confirm=x' },
  'usage.exclusive': { flags: ['--to', '--to-revision'] },
  'target.bad-form': { value: 'a/b/c', kinds: ['statefulset', 'deployment'] },
  'kubeconfig.missing': { path: '/a', source: 'KUBECONFIG' },
  'kubeconfig.broken': { path: '/a', detail: 'bad indentation' },
  'kubeconfig.no-current-context': { path: '/a', contexts: [] },
  'kubeconfig.unknown-context': { name: 'prud', contexts: ['prod'], near: ['prod'] },
  'kubeconfig.unknown-entry': { what: 'user', name: 'u', context: 'prod' },
  'cluster.unknown': { name: 'prod', known: ['prod-eu'], near: ['prod-eu'] },
  'cluster.unknown-group': { group: 'egde', known: ['edge'], near: ['edge'], path: '/c/config.yaml' },
  'config.broken': { path: '/config.yaml', member: 'clusters.0.name', detail: 'Invalid key' },
  'usage.one-cluster': { names: ['a', 'b'] },
  'cluster.ambiguous': { name: 'prod', servers: ['https://a', 'https://b'] },
  'credentials.rejected': { server: 'https://a', user: 'u', detail: 'Unauthorized' },
  'credentials.plugin': { command: 'aws', detail: 'not found', hint: '' },
  'access.forbidden': { missing: [{ verb: 'patch', resource: 'statefulsets', group: 'apps', namespace: 'monitoring', name: 'x' }], user: 'u', detail: '' },
  'server.unreachable': { server: 'https://a', detail: 'ECONNREFUSED', kind: 'network' },
  'server.error': { status: 500, reason: 'InternalError', message: 'etcd leader changed', request: 'GET /api' },
  'server.rejected': { message: 'denied', request: 'PATCH statefulset/x', causes: ['spec.x: Invalid'] },
  'server.conflict': { object: 'statefulset/x', message: 'modified' },
  'kind.unknown': { name: 'foo', near: [] },
  'kind.unsupported': { kind: 'Pod', supported: ['Deployment', 'StatefulSet'] },
  'namespace.unknown': { name: 'monitorin', near: ['monitoring'] },
  'target.not-found': { target: 'sts/x', namespace: 'default', near: [], elsewhere: [{ namespace: 'monitoring', command: 'kubectl rollback plan sts/x -n monitoring' }] },
  'target.owned': {
    target: 'statefulset/prometheus-kps',
    owners: [
      { kind: 'controller', name: 'prometheus/kps', namespace: 'monitoring', of: 'statefulset/prometheus-kps', how: 'owner-reference', seen: 'confirmed' },
      { kind: 'helm', name: 'kps', namespace: 'monitoring', of: 'prometheus/kps', how: 'helm-annotations', seen: 'confirmed', objects: 212, revision: '14', status: 'deployed', since: '2026-11-23T03:12:00Z' },
    ],
    putBack: [{ by: 'prometheus/kps', when: 'at-once' }],
    contested: [],
    advice: [{ what: 'helm-rollback', command: 'helm rollback kps 13 -n monitoring', revision: '13', objects: 212 }],
    at: '2026-11-23T03:23:00Z',
    withoutHold: 'kubectl rollback undo statefulset/prometheus-kps -n monitoring --without-hold',
  },
  'target.deleted': { target: 'sts/x', namespace: 'monitoring', command: 'kubectl rollback history sts/x -n monitoring' },
  'target.paused': { target: 'deployment/x', command: 'kubectl rollout resume deployment/x' },
  'state.none': { target: 'configmap/x', states: [], command: 'kubectl rollback undo configmap/x' },
  'state.ambiguous': { target: 'configmap/x', states: [{ to: 'snapshot:s-1', at: '2026-11-22T02:50:00Z', verified: true, live: false, changes: ['data[a]'] }, { to: 'last-applied', verified: false, live: true, changes: [] }], command: 'kubectl rollback undo configmap/x' },
  'state.refused': { target: 'configmap/x', because: { code: 'server', params: { message: 'denied by policy' } } },
  'state.of-workload': { targets: ['statefulset/thanos-receive'], asked: 'snapshot:s-20261122-0250', command: 'kubectl snapshot restore s-20261122-0250 statefulset/thanos-receive -n monitoring', history: 'kubectl rollback history statefulset/thanos-receive -n monitoring' },
  'state.unknown': { target: 'configmap/x', asked: 'snapshot:s-9', states: [], command: 'kubectl rollback undo configmap/x' },
  'history.empty': { target: 'sts/x', detail: 'revisionHistoryLimit: 0' },
  'revision.not-found': { target: 'sts/x', wanted: '3', known: ['1 (aa)'] },
  'revision.nothing-to-go-back-to': { target: 'sts/x', known: ['1 (aa)', '2 (bb)'], why: 'all-left' },
  'replicas.unknown-previous': { target: 'sts/x', current: 3 },
  'references.missing': { target: 'sts/x', revision: '6', missing: [{ kind: 'ConfigMap', name: 'c', usedAs: 'volumes[c]' }] },
  'plan.stale': { target: 'sts/x', changed: ['template'], command: 'kubectl rollback plan sts/x' },
  'plan.broken': { path: 'plan.json', detail: 'not JSON' },
  'plan.other-cluster': { planServer: 'https://a', server: 'https://b' },
  'run.not-found': { id: 'r-1', known: ['r-2'] },
  'run.unshared': { id: 'r-1', host: 'laptop', resume: 'kubectl rollback resume r-1', close: 'kubectl rollback close r-1' },
  'run.state': { id: 'r-1', state: 'closed', wanted: 'stopped', command: 'kubectl rollback status r-1' },
  'run.stopped': { id: 'r-1', step: 'patch-template', why: 'server.conflict', command: 'kubectl rollback resume r-1' },
  'run.put-back': { id: 'r-1', target: 'sts/x', by: 'helm', at: '2026-11-23T03:12:00Z' },
  'run.busy': { id: 'r-1', pid: 7 },
  'run.locked': { namespace: 'monitoring', holder: 'jin@laptop', runId: 'r-1', since: '2026-11-22T03:11:00Z', until: '2026-11-22T03:12:00Z', isExpired: false, isSameRun: false, command: 'kubectl rollback status r-1 -n monitoring' },
  'run.lock-lost': { id: 'r-1', namespace: 'monitoring', holder: 'mina@desk', byRun: 'r-2', since: '2026-11-22T03:11:00Z', command: 'kubectl rollback resume r-1' },
  'run.pre-images-gone': { id: 'r-1', state: 'closed', command: 'kubectl rollback history sts/x -n monitoring' },
  'pre-image.sealed': { path: '/state/runs/r-1/pre-images/x.retrace', recipients: ['age1x'] },
  'pre-image.too-large': { bytes: 20_000_000, limitBytes: 16_777_216, namespace: 'monitoring' },
  'run.timeout': { id: 'r-1', waitingFor: ['thanos-receive-2 CrashLoopBackOff'], command: 'kubectl rollback resume r-1' },
  'run.pdb-blocks': { id: 'r-1', pod: 'thanos-receive-2', budgets: ['thanos-receive'], command: 'kubectl rollback resume r-1' },
  'run.interrupted': { id: 'r-1', command: 'kubectl rollback resume r-1' },
  'run.interrupted-before': {},
  'file.unreadable': { path: 'plan.json', detail: 'ENOENT' },
  'file.write': { path: '/state', detail: 'ENOSPC' },
  'journal.corrupt': { path: '/state/j', line: 3, detail: 'not JSON' },
  'api.unavailable': { groupVersion: 'example.com/v1' },
  'export.nothing': { objects: ['secret/x'], command: 'kubectl snapshot export s-1 secret/x --with-secrets' },
  'snapshot.never-kept': { kind: 'pods' },
  'snapshot.nothing-readable': { user: 'jin', namespaces: [], missing: [{ verb: 'list', resource: 'configmaps', group: '' }] },
  'snapshot.gaps': { id: 's-20261122-0250', gaps: [{ what: 'secrets -n monitoring', why: 'access.forbidden', detail: '' }], without: ['secrets'] },
  'snapshot.not-tagged': { id: 's-20261122-0250', detail: 'unable to sign', command: 'git tag -a x' },
  'git.failed': { directory: '/infra', command: 'git rev-parse', detail: 'not a git repository' },
  'git.bad-tag': { tag: 'a b' },
  'git.tag-exists': { tag: 'good', directory: '/infra', commit: '0123456789abcdef' },
  'snapshot.corrupt': { name: 's-20261122-0250', part: 'sealed', detail: 'its digest does not match its bytes' },
  'snapshot.newer-format': { name: 's-20261122-0250', format: 2 },
  'snapshot.wrong-identity': { name: 's-20261122-0250', recipients: ['age1abc'] },
  'snapshot.not-found': { id: 's-20261122-0251', place: '/data/snapshots', known: ['s-20261122-0250'], near: ['s-20261122-0250'] },
  'snapshot.exists': { id: 's-20261122-0250', place: '/data/snapshots' },
  'snapshot.no-such-object': { id: 's-20261122-0250', target: 'cm/x', near: ['y'] },
  'diff.differs': { changed: 1, added: 2, gone: 0, unknown: 1 },
  'diff.unknown': { unknown: 1 },
  'export.exists': { path: '/out', isDirectory: true },
  'snapshot.check-failed': { ids: ['s-20261122-0250'], checked: 2 },
  'prune.empty-policy': { command: 'kubectl snapshot prune' },
  'prune.unreadable': { place: '/data/snapshots', ids: ['s-20261122-0250'] },
  'repository.config': { source: '/objstore.yml', member: 'config.bucket', detail: 'no bucket is named' },
  'repository.no-bucket': { bucket: 'b', endpoint: 'https://s3.example' },
  'repository.denied': { place: 's3://b/p', endpoint: 'https://s3.example', detail: 'AccessDenied: no' },
  'repository.unreachable': { place: 's3://b/p', endpoint: 'https://s3.example', detail: 'ConnectionRefused' },
  'repository.full': { place: 's3://b/p', endpoint: 'https://s3.example', detail: 'ConnectionRefused' },
  'snapshot.other-cluster': { id: 's-1', snapshotContext: 'prod', snapshotServer: 'https://a', server: 'https://b' },
  'snapshot.incomplete': { id: 's-1', gaps: ['secrets (access.forbidden)'] },
  'restore.refused': { refused: [{ target: 'configmap/x', reason: { code: 'server', params: { message: 'no' } } }], done: true },
  'usage.one-namespace': { namespaces: ['a', 'b'] },
  'usage.namespace-exists': { name: 'a' },
  'identity.missing': { path: '/config/identity.txt' },
  'identity.broken': { path: '/config/identity.txt', line: 3, detail: 'not an age private key' },
  'recipient.broken': { path: '/config/recipients.txt', line: 1, detail: 'not a whole age public key' },
};

const errors = Object.entries(samples).map(([code, params]) => new RetraceError(code as ErrorCode, params as never));

describe('every failure', () => {
  const inEachLanguage = [english, korean].flatMap((messages) => errors.map((error) => [error.code, messages.language, error, messages] as const));

  test.each(inEachLanguage)('%s says what was wrong and what to type next, in %s', (_code, _language, error, messages) => {
    const text = renderFailure(error, messages, plainStyle);
    expect(text).toMatch(/^(error|오류): \S/);
    expect(text.trimEnd().split('\n').length).toBeGreaterThan(1);
    expect(text).not.toMatch(/undefined|\[object|NaN|  $/);
  });

  test.each(errors.map((error) => [error.code, error] as const))('%s is one object for programs', (code, error) => {
    const failure = describeFailure(error);
    expect(failure).toMatchObject({ apiVersion: 'retrace/v1', kind: 'Error', code, params: error.params, exitCode: error.exitCode });
    expect(failure.message.length).toBeGreaterThan(10);
  });
});

describe('a failure', () => {
  test('for people: sentence, evidence, and the command as the last line', () => {
    expect(renderFailure(new RetraceError('target.owned', samples['target.owned']), english, plainStyle, ['Nothing was changed.'])).toBe(`\
error: statefulset/prometheus-kps is written by prometheus/kps; an undo here would be put back at once
  prometheus/kps   controller owner of statefulset/prometheus-kps (ownerReferences)
  helm release kps   meta.helm.sh/release-name on prometheus/kps, revision 14, deployed 11m ago, 212 objects
  Nothing was changed.
Make it durable:  helm rollback kps 13 -n monitoring   (the whole release to revision 13, 212 objects)
Here nevertheless:  kubectl rollback undo statefulset/prometheus-kps -n monitoring --without-hold   (1 object; put back at once, by prometheus/kps)
`);
  });

  test('what became of the owners since a plan was made, in both languages', () => {
    const [operator, release] = samples['target.owned'].owners;
    const owned = new RetraceError('target.owned', { ...samples['target.owned'], purpose: 'revert', change: { added: [release!], gone: [{ ...operator!, name: 'prometheus/old' }] } });
    const text = renderFailure(owned, english, plainStyle);
    expect(text).toMatch(/ is written by prometheus\/kps; a revert here would be put back at once\n/);
    expect(text).toContain('\n  not in the plan: helm release kps\n  in the plan, and no longer its owner: prometheus/old\n');
    expect(renderFailure(owned, korean, plainStyle)).toContain('\n  계획에 없음: Helm 릴리스 kps\n  계획에 있었으나 더 이상 소유자가 아님: prometheus/old\n');
    const stale = new RetraceError('plan.stale', { ...samples['plan.stale'], changed: [], ownersGone: [release!] });
    expect(renderFailure(stale, english, plainStyle)).toContain('plan was made\n  in the plan, and no longer its owner: helm release kps\n');
    expect(renderFailure(stale, korean, plainStyle)).toContain('\n  계획에 있었으나 더 이상 소유자가 아님: Helm 릴리스 kps\n');
  });

  test('half way: the cause in words in place of its code', () => {
    const cause = new RetraceError('server.conflict', samples['server.conflict']);
    const text = renderFailure(new RetraceError('run.stopped', samples['run.stopped'], { cause }), english, plainStyle);
    expect(text).toContain('run r-1 stopped at template: statefulset/x was changed by someone else in the meantime\n  modified\n');
    expect(text).toMatch(/Go on with: {2}kubectl rollback resume r-1\n$/);
  });

  test('"Nothing was changed." stands once', () => {
    const text = renderFailure(new RetraceError('plan.broken', samples['plan.broken']), english, plainStyle, ['Nothing was changed.']);
    expect(text.match(/Nothing was changed/g)).toHaveLength(1);
  });

  test('an unexpected one is called a bug', () => {
    expect(renderFailure(new TypeError('x is\u001b[2J not a function'), english, plainStyle)).toMatch(/^error: this is a bug in Retrace: TypeError: x is\\u001b\[2J not a function\n/);
    expect(describeFailure('thrown text')).toMatchObject({ code: 'bug', exitCode: 1 });
  });
});
