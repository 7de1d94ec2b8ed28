import { formatDuration } from '../../core/durations.ts';
import type { CheckPhrases } from './check-phrases.ts';
import type { ErrorMessages, Telling } from './messages.ts';
import { askItself, listed, minuteText, quoted, someText } from './phrases.ts';

const ago = (at: string, { now }: Telling) => `${formatDuration(now.getTime() - Date.parse(at))} ago`;
const many = (number: number, one: string, more = `${one}s`) => `${number} ${number === 1 ? one : more}`;
const ending = (reason: string | undefined, exitCode: number | undefined) => [reason, exitCode === undefined ? undefined : `exit ${exitCode}`].filter((text) => text !== undefined).join(', ');
const inBrackets = (text: string) => (text === '' ? '' : ` (${text})`);

/** English sentences about checks. */
export const checkPhrases: CheckPhrases = {
  columns: { check: 'CHECK', verdict: 'VERDICT', evidence: 'EVIDENCE', gates: 'DECIDES', proves: 'PROVES', needs: 'NEEDS' },
  verdict: { pass: 'pass', warn: 'warn', fail: 'fail', inconclusive: 'inconclusive', pending: 'pending', skipped: 'skipped' },
  finding: {
    'pods-ready': ({ pods, stableForMs }) => `${many(pods, 'pod')} ready, none restarted for ${formatDuration(stableForMs)}`,
    'pod-broken': ({ pod, reason, container, exitCode, restarts }) =>
      `${pod} ${reason}${inBrackets([container, exitCode === undefined ? undefined : `exit ${exitCode}`, restarts ? many(restarts, 'restart') : undefined].filter((text) => text !== undefined).join(', '))}`,
    'pod-starting': ({ pod, reason, forMs }) => `${pod} not ready for ${formatDuration(forMs)}${inBrackets(reason ?? '')}`,
    'pod-ending': ({ pod, forMs }) => `${pod} is ending${forMs > 0 ? `, ${formatDuration(forMs)} over its grace period` : ''}`,
    'pod-failed': ({ pod, reason }) => `${pod} ended badly${inBrackets(reason ?? '')}`,
    'pod-restarts': ({ pod, container, restarts, at, reason, exitCode }, telling) => `${pod} is ready now but keeps restarting: ${container} ${many(restarts, 'time')}, last ${ago(at, telling)}${inBrackets(ending(reason, exitCode))}`,
    'pod-restarted': ({ pod, container, at, reason, exitCode }, telling) => `${pod} restarted ${container} ${ago(at, telling)}${inBrackets(ending(reason, exitCode))}`,
    'pod-fresh': ({ pod, readyForMs, stableForMs }) => `${pod} ready for ${formatDuration(readyForMs)}, counts after ${formatDuration(stableForMs)}`,
    'rollouts-done': ({ workloads }) => `${many(workloads, 'workload')} on ${workloads === 1 ? 'its' : 'their'} newest revision`,
    'rollout-waits': ({ workload, waitingFor }) => `${workload} rolls out: ${someText(waitingFor, 3)}`,
    'rollout-stuck': ({ workload, waitingFor, why }) => `${workload} does not go on (${why}): ${someText(waitingFor, 3)}`,
    'rollout-paused': ({ workload }) => `${workload} is paused: its newest template rolls out only after kubectl rollout resume`,
    'rollout-left': ({ workload, pods, why }) => `${workload} keeps ${someText(pods, 3)} on another revision (${why})`,
    'no-oom': ({ containers }) => `${many(containers, 'container')}, none killed for memory`,
    oom: ({ pod, container, at, limit, isBefore }, telling) => `${pod} ${container} killed for memory ${ago(at, telling)}${limit === undefined ? '' : ` (limit ${limit})`}${isBefore ? ', before the change' : ''}`,
    'claims-bound': ({ claims }) => `${many(claims, 'claim')} bound`,
    'claim-unbound': ({ claim, phase, forMs }) => `${claim} ${phase} for ${formatDuration(forMs)}`,
    'claim-lost': ({ claim, volume }) => `${claim} lost its volume ${volume}`,
    'claim-ending': ({ claim }) => `${claim} is being deleted: it goes when its pod ends, and an empty one takes its place`,
    'claim-resizing': ({ claim, condition }) => `${claim} ${condition}`,
  },
  notObserved: (detail) => `could not be looked at: ${detail}`,
  rule: {
    pods: 'Every pod is Ready and was for long enough, and no container keeps restarting: a crash loop is Ready between two crashes.',
    rollout: 'Every workload runs the newest revision of its template, judged pod by pod: the counters of the controllers can all look complete while a pod keeps a broken image.',
    resources: 'No container was killed for its memory since the change.',
    pvc: 'Every claim is bound to its volume and none is on its way out.',
  },
  absent: 'nothing of the kind is there',
  more: (count) => `(+${count})`,
  due: (at, inText) => `due ${minuteText(at)}, in ${inText}`,
  heading: ({ cluster, namespaces, since, ago: age, run }) =>
    [
      `${cluster} / ${namespaces === undefined ? 'all namespaces' : namespaces.join(', ')}`,
      ...(since === undefined ? ['as it is now, without a change to compare with: --since, --run'] : [`after ${run === undefined ? minuteText(since) : `run ${run} (ended ${minuteText(since)})`}, ${age} ago`]),
    ].join('   '),
  counts: (counts) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([verdict, count]) => `${count} ${verdict}`)
      .join(', '),
  exit: 'exit',
  gates: { now: 'yes', later: 'when asked' },
  measured: 'Measured',
  source: 'Source',
  why: (command) => `Why:  ${command}`,
  wait: (command) => `Wait for what is pending:  ${command}`,
};

/** English sentences of what a verification ends with. */
export const verifyErrors = {
  'verify.failed': ({ checks, explain }) => ({ text: `not whole: ${listed(checks, 'and')} failed`, next: [`Why:  ${explain}`] }),
  'verify.inconclusive': ({ checks, explain }) => ({ text: `not proved: ${listed(checks, 'and')} could not be decided`, next: [`Why:  ${explain}`] }),
  'verify.nothing-proved': ({ namespaces }) => ({ text: `nothing was proved: none of what the checks look at is in ${namespaces.length === 0 ? 'the cluster' : `namespace ${listed(namespaces, 'or')}`}`, next: ['Look in another namespace:  -n NAMESPACE, or -A for all'] }),
  'verify.pending': ({ checks, again, dueAt, waitedMs }) => ({
    text: `not decided yet${waitedMs === undefined ? '' : ` after ${formatDuration(waitedMs)}`}: ${listed(checks, 'and')}${dueAt === undefined ? '' : `, due ${minuteText(dueAt)}`}`,
    next: [`Look again until it is:  ${again}`],
  }),
  'verify.unknown-check': ({ flag, name, near, known }) => ({ text: `${flag}: there is no check ${quoted(name)}`, next: [near.length > 0 ? `Did you mean ${listed(near, 'or')}?` : `Checks: ${known.join(', ')}`] }),
  'verify.empty-namespace': ({ namespace, elsewhere }) => ({
    text: `no workload is in namespace ${namespace}: nothing to verify`,
    next: elsewhere.length > 0 ? elsewhere.map(({ namespace: name, command }) => `In ${name}:  ${command}`) : ['Look in another namespace:  -n NAMESPACE, or -A for all'],
  }),
  'endpoint.unreachable': ({ namespace, pod, port, detail }) => ({ text: `${namespace}/${pod} does not answer on its port ${port}: ${detail}`, next: [askItself('Ask it yourself', namespace, pod, port)] }),
  'endpoint.refused': ({ namespace, pod, port, path, status, detail }) => ({ text: `${namespace}/${pod} answered ${path} with ${status}${detail === '' ? '' : `: ${detail}`}`, next: [askItself('Ask it yourself', namespace, pod, port)] }),
  'endpoint.unreadable': ({ namespace, pod, port, path, detail }) => ({ text: `the answer of ${namespace}/${pod} to ${path} cannot be read: ${detail}`, next: [askItself('Ask it yourself', namespace, pod, port)] }),
} satisfies Partial<ErrorMessages>;
