import { formatDuration } from '../../core/durations.ts';
import type { LostSeries } from '../../checks/finding.ts';
import type { CheckPhrases } from './check-phrases.ts';
import { remoteWritePhrases, remoteWriteRules } from './en-remote-write.ts';
import type { ErrorMessages, Telling } from './messages.ts';
import { askItself, listed, minuteText, quoted, secondText, someText } from './phrases.ts';

const ago = (at: string, { now }: Telling) => `${formatDuration(now.getTime() - Date.parse(at))} ago`;
const many = (number: number, one: string, more = `${one}s`) => `${number} ${number === 1 ? one : more}`;
const ending = (reason: string | undefined, exitCode: number | undefined) => [reason, exitCode === undefined ? undefined : `exit ${exitCode}`].filter((text) => text !== undefined).join(', ');
const inBrackets = (text: string) => (text === '' ? '' : ` (${text})`);
const seriesText = (series: number, example: string) => (series === 1 ? example : `${series} series (as ${example})`);
const secondsText = (durationMs: number) => `${Math.round(durationMs / 100) / 10}s`;
const lost = ({ series, example, from, to, longestMs, missed }: LostSeries) => `${seriesText(series, example)} lost ${many(missed, 'sample')}, ${secondText(from)} to ${secondText(to)} (${secondsText(longestMs)})`;
const blameText: Record<NonNullable<LostSeries['blame']>, string> = {
  restart: 'more than its restart explains: what it had not sent was lost',
  target: 'others of the same scraper went on: the target was not scraped',
  scraper: 'all that it scrapes: the scraper was away, or what it sent was lost',
  transport: 'the scraper itself has them: lost on the way',
};
const blamed = ({ blame, scraper }: LostSeries) => inBrackets([scraper, blame === undefined ? undefined : blameText[blame]].filter((text) => text !== undefined).join(': '));

/** English sentences about checks. */
export const checkPhrases: CheckPhrases = {
  columns: { check: 'CHECK', verdict: 'VERDICT', evidence: 'EVIDENCE', gates: 'DECIDES', proves: 'PROVES', needs: 'NEEDS' },
  verdict: { pass: 'pass', warn: 'warn', fail: 'fail', inconclusive: 'inconclusive', pending: 'pending', skipped: 'skipped' },
  finding: {
    'alerts-quiet': ({ firing, sinceMs }) => `no alert fires that did not before${firing === 0 ? '' : ` (${many(firing, 'other')} ${firing === 1 ? 'does' : 'do'})`}${sinceMs === undefined ? '' : `; some need 15m to fire, and ${formatDuration(sinceMs)} have passed`}`,
    'alert-fires': ({ name, severity, labels, isNew }) => `firing${isNew ? ', not before' : ''}: ${name}${inBrackets([severity, labels].filter((text) => text !== '').join(', '))}`,
    'alerts-before-unknown': ({ at }) => `nothing is known of ${minuteText(at)}, so what fires cannot be called new or old`,
    'alerts-unsure': ({ warnings }) => `answered with a warning, so part may be missing: ${someText(warnings, 1)}`,
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
    'series-whole': ({ selector, series, forMs, restart }) => `${selector}: ${many(series, 'series', 'series')} whole for ${formatDuration(forMs)}${restart === undefined ? '' : `, but for the expected ${formatDuration(restart.longestMs)} of a restart of ${restart.scraper} (${restart.series} series)`}`,
    'series-hole': (params) => `${lost(params)}${blamed(params)}`,
    'series-damage': (params) => `before the change ended: ${lost(params)}${blamed(params)}`,
    'series-replica': (params) => `in one replica alone, another one has them: ${lost(params)}${blamed(params)}`,
    'series-phase': ({ series, example }) => `${seriesText(series, example)} scraped at another moment than before: no sample is missing`,
    'series-interval': ({ series, example, fromMs, toMs, at }, telling) => `${seriesText(series, example)} scraped every ${secondsText(toMs)} instead of every ${secondsText(fromMs)} since ${ago(at, telling)}`,
    'series-irregular': ({ series, example }) => `${seriesText(series, example)} without any pace: whether samples are missing cannot be told`,
    'series-replaced': ({ series, example, by }) => `${seriesText(series, example)} went on under another name: ${by}`,
    'series-gone': ({ series, example, at, left, podIsThere }, telling) =>
      `${seriesText(series, example)} ended ${ago(at, telling)}: ${podIsThere ? 'the pod is there but no longer scraped' : left === 0 ? 'nothing of its job is scraped any more' : `scaled down, or no longer found; ${left} of its job are scraped`}`,
    'series-silent': ({ series, example, at, forMs, scraper }) => `nothing has come ${scraper === undefined ? '' : `from ${scraper} `}for ${formatDuration(forMs)}, since ${secondText(at)}: ${seriesText(series, example)}`,
    'series-awaited': ({ series, example }) => `${seriesText(series, example)}: no sample of after the change has come yet`,
    'series-doubtful': ({ place, warnings }) => `${place} may not have given all series: ${someText(warnings.map(quoted), 2)}`,
    'series-elsewhere': ({ scrapers }) => `${someText(scrapers, 3)} only sends, and answers no queries: look where its series are sent to`,
    'series-none': ({ selector, place }) => `${place} knows no series of ${selector} in this time`,
    'series-without-past': ({ selector, place }) => `${place} knows no series of ${selector} of before the change: nothing to compare with`,
    'series-many': ({ selector, series, most }) => `${selector} has ${series} series, more than ${most}: name fewer with --series`,
    ...remoteWritePhrases,
    'config-loaded': ({ components, compared }) => `${many(components, 'component')} loaded ${components === 1 ? 'its' : 'their'} configuration${compared === 0 ? '' : `, ${compared === components ? '' : `${compared} of them `}after its newest write`}`,
    'config-refused': ({ component, loadedAt }, telling) => `${component} is ready but refused its newest configuration; in force is ${loadedAt === undefined ? 'an older one' : `that of ${ago(loadedAt, telling)}`}`,
    'config-unknown': ({ component }) => `${component} does not tell whether its configuration was loaded`,
    'config-awaited': ({ component, source, writtenAt }, telling) => `${component} has not yet loaded ${source} (written ${ago(writtenAt, telling)})`,
    'config-older': ({ component, loadedAt, source, writtenAt }, telling) => `${component} runs on its configuration of ${ago(loadedAt, telling)}; ${source} was written ${ago(writtenAt, telling)}`,
    'queries-answered': ({ components, stores }) => `${many(components, 'component')} answered${stores === 0 ? '' : `, all of ${many(stores, 'store')} seen`}`,
    'query-failed': ({ component, status, detail }) => `${component} answered a query with ${status}${detail === '' ? '' : `: ${detail}`}`,
    'query-warned': ({ component, warnings }) => `${component} answered with a warning, so part may be missing: ${someText(warnings, 1)}`,
    'query-empty': ({ component }) => `${component} answered, but has no series of up`,
    'query-storeless': ({ component }) => `${component} knows no store: it has nothing to answer from`,
    'store-lost': ({ component, store, type, detail }) => `${component} does not reach ${type} ${store}: ${detail}`,
    'stores-fewer': ({ component, type, seen, ready }) => `${component} sees ${seen} of ${ready} ready ${type} pods`,
  },
  notObserved: (detail) => `could not be looked at: ${detail}`,
  rule: {
    alerts: 'No alert fires that did not fire before the change. Alone it proves little: those of remote write take 15 minutes.',
    pods: 'Every pod is Ready and was for long enough, and no container keeps restarting: a crash loop is Ready between two crashes.',
    rollout: 'Every workload runs the newest revision of its template, judged pod by pod: the counters of the controllers can all look complete while a pod keeps a broken image.',
    resources: 'No container was killed for its memory since the change.',
    config: 'Every component runs on its newest configuration: the last reload was not refused, and it was after the newest write of what it reads. A pod stays Ready on a configuration that was refused.',
    query: 'Every Prometheus and every Thanos Query answers without a warning, and no store behind a Query is lost: Thanos drops a lost store without a word in its answers.',
    pvc: 'Every claim is bound to its volume and none is on its way out.',
    continuity: 'No series lost a sample after the change, by its own interval, replicas counted together; a restart of the scraper may cost its own seconds and nothing that it had scraped.',
    ...remoteWriteRules,
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
  timeline: {
    heading: (from, to, signs) => `Samples from ${secondText(from)} to ${secondText(to)}: all, some, none (${signs})`,
    scraper: (name, series) => `${name} (${many(series, 'series', 'series')})`,
    since: 'the change ended',
    more: (series) => `${series} more with holes: -o json has them all`,
  },
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
  'drain.no-sender': ({ target }) => ({ text: `${target} has no running Prometheus, agent or ruler among its pods: nothing to drain`, next: ['Name the workload that sends:  kubectl verify drain statefulset/NAME'] }),
  'verify.empty-namespace': ({ namespace, elsewhere }) => ({
    text: `no workload is in namespace ${namespace}: nothing to verify`,
    next: elsewhere.length > 0 ? elsewhere.map(({ namespace: name, command }) => `In ${name}:  ${command}`) : ['Look in another namespace:  -n NAMESPACE, or -A for all'],
  }),
  'endpoint.unreachable': ({ namespace, pod, port, detail }) => ({ text: `${namespace}/${pod} does not answer on its port ${port}: ${detail}`, next: [askItself('Ask it yourself', namespace, pod, port)] }),
  'endpoint.refused': ({ namespace, pod, port, path, status, detail }) => ({ text: `${namespace}/${pod} answered ${path} with ${status}${detail === '' ? '' : `: ${detail}`}`, next: [askItself('Ask it yourself', namespace, pod, port)] }),
  'endpoint.unreadable': ({ namespace, pod, port, path, detail }) => ({ text: `the answer of ${namespace}/${pod} to ${path} cannot be read: ${detail}`, next: [askItself('Ask it yourself', namespace, pod, port)] }),
} satisfies Partial<ErrorMessages>;
