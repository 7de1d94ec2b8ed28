import type { RemoteWriteFindings } from '../../checks/remote-write/findings.ts';
import { formatDuration } from '../../core/durations.ts';
import type { CheckPhrases } from './check-phrases.ts';
import { minuteText } from './phrases.ts';

const many = (number: number, one: string, more = `${one}s`) => `${number} ${number === 1 ? one : more}`;
const silentAlert = (ms: number | undefined) => (ms === undefined ? '' : `; the alert PrometheusRemoteWriteBehind sees ${formatDuration(ms)} and stays silent`);
const pace = (value: number) => `${value.toFixed(1)} s of data a second`;
const capped = (isCapped: boolean) => (isCapped ? ', all its shards in use (max_shards)' : '');
const share = ({ requests, of, overMs }: { requests: number; of: number; overMs: number }) => `${requests} of ${many(of, 'request')} in ${formatDuration(overMs)}`;
const lossWord: Record<string, string> = { '400': 'it cannot read them', '413': 'larger than its limits allow', '429': 'over a tenant\'s limit; lost unless the sender has retry_on_http_429' };

/** English sentences about both ends of remote write. */
export const remoteWritePhrases: Pick<CheckPhrases['finding'], keyof RemoteWriteFindings> = {
  'queues-flow': ({ queues, idle, arrived, sinceSentMs, overMs }) => `${many(queues, 'queue')} sent ${many(arrived, 'sample')} in ${formatDuration(overMs)}, none lost, the newest ${formatDuration(sinceSentMs)} old${idle > 0 ? `; ${idle} with nothing to send` : ''}`,
  'queue-refused': ({ queue, url, samples, arrived, overMs, lagMs }) => `${queue} loses samples: ${samples} refused for good in ${formatDuration(overMs)}, ${arrived} arrived${lagMs === undefined ? '' : ` (its lag is ${formatDuration(lagMs)} all the same)`}: ${url}`,
  'queue-dropped': ({ queue, url, samples, reason, overMs }) => `${queue} dropped ${many(samples, 'sample')} in ${formatDuration(overMs)} (${reason === '' ? 'this version does not tell why; write_relabel_configs may leave them out' : reason}): ${url}`,
  'queue-stopped': ({ queue, url, forMs, pending, retried, silentAlertMs }) => `${queue}: nothing has left for ${formatDuration(forMs)}, ${pending} waiting, ${retried} tried again${silentAlert(silentAlertMs)}: ${url}`,
  'queue-behind': ({ queue, url, lagMs, pace: speed, isCapped, etaMs, silentAlertMs }) => `${queue} is ${formatDuration(lagMs)} behind and catches up in about ${formatDuration(etaMs)} (${pace(speed)}${capped(isCapped)})${silentAlert(silentAlertMs)}: ${url}`,
  'queue-falls-behind': ({ queue, url, lagMs, pace: speed, isCapped, silentAlertMs }) => `${queue} is ${formatDuration(lagMs)} behind and does not drain (${pace(speed)}${capped(isCapped)})${silentAlert(silentAlertMs)}: ${url}`,
  'queue-blind': ({ queue, url, overMs }) => `${queue} reads nothing of what is written, for ${formatDuration(overMs)}: ${url}`,
  'queue-silent': ({ queue, url, overMs }) => `${queue} sent nothing in ${formatDuration(overMs)}, and its metrics do not tell whether it should have: ${url}`,
  'queue-future': ({ queue, url }) => `${queue} sent a sample of the future: its metrics no longer tell how far it is: ${url}`,
  'queue-new': ({ queue, url, why }) => `${queue} began anew between the two looks (${why === 'restart' ? 'its process restarted' : 'configuration reloaded'}): counters cannot show what it lost then: ${url}`,
  'sender-idle': ({ sender, overMs }) => `${sender} had nothing to send for ${formatDuration(overMs)}: whether it arrives was not seen`,
  'sender-restarted': ({ sender, at }) => `${sender} started ${minuteText(at)}: what it had not sent before is lost, and no counter shows it`,
  'queue-refused-earlier': ({ queue, url, samples, at }) => `${queue}: ${many(samples, 'sample')} refused for good since its start ${minuteText(at)}, none now: ${url}`,
  'queues-drained': ({ queues, pastAt }) => `${many(queues, 'queue')} sent all that was there ${minuteText(pastAt)}`,
  'queue-drains': ({ queue, url, leftMs, pending, waits, etaMs }) => `${queue} has ${leftMs > 0 ? `${formatDuration(leftMs)} of data` : `${many(pending, 'sample')} waiting`} to send${etaMs === undefined ? '' : `, about ${formatDuration(etaMs)}`}${waits > 0 ? ', its shards are full' : ''}: ${url}`,
  'no-queues': ({ senders }) => `${many(senders, 'sender')} without remote write: nothing can be lost on the way`,
  'receive-accepts': ({ receivers, requests, samples, overMs }) => `${many(receivers, 'receiver')} took ${many(requests, 'request')} with ${many(samples, 'sample')} in ${formatDuration(overMs)}, none refused`,
  'receive-errors': ({ receiver, code, ...counts }) => `${receiver} answers ${code} to ${share(counts)}: senders try again`,
  'receive-refuses': ({ receiver, code, ...counts }) => `${receiver} answers ${code} to ${share(counts)}: lost${lossWord[code] === undefined ? '' : `, ${lossWord[code]}`}`,
  'receive-conflicts': ({ receiver, code, ...counts }) => `${receiver} answers ${code} to ${share(counts)}: out of order, double or too old; the good samples of such a request are kept, what is missing only the series show`,
  'receive-quiet': ({ receivers, overMs }) => `${many(receivers, 'receiver')} took no request in ${formatDuration(overMs)}: nothing was seen to arrive`,
  'receive-restarted': ({ receiver }) => `${receiver} restarted between the two looks`,
};

/** What they prove. */
export const remoteWriteRules = {
  'remote-write': 'Between two scrapes of each sender, what comes leaves every queue and nothing is refused or dropped. Lag alone proves nothing: it is 0 while a receiver refuses everything, and stands still below the alert in a total outage.',
  drained: 'Every queue has sent all that was there when the change ended, or now: what is in a queue when its process ends is lost without a counter.',
  receive: 'Between two scrapes of each Thanos Receive, no write request was answered with an error, by status code: 5xx is tried again, 4xx is lost, 409 is decided by the series.',
};
