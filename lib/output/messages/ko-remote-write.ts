import type { RemoteWriteFindings } from '../../checks/remote-write/findings.ts';
import { formatDuration } from '../../core/durations.ts';
import type { CheckPhrases } from './check-phrases.ts';
import { minuteText } from './phrases.ts';

const silentAlert = (ms: number | undefined) => (ms === undefined ? '' : `; 알림 PrometheusRemoteWriteBehind에는 ${formatDuration(ms)}로 보여 울리지 않음`);
const pace = (value: number) => `1초에 데이터 ${value.toFixed(1)}초분`;
const capped = (isCapped: boolean) => (isCapped ? ', 샤드를 모두 사용 중 (max_shards)' : '');
const share = ({ requests, of, overMs }: { requests: number; of: number; overMs: number }) => `${formatDuration(overMs)} 동안 요청 ${of}개 중 ${requests}개`;
const lossWord: Record<string, string> = { '400': '읽을 수 없는 요청', '413': '허용 크기 초과', '429': '테넌트 한도 초과; 보내는 쪽에 retry_on_http_429가 없으면 유실' };

/** 원격 쓰기 양쪽에 관한 문장 (Korean sentences about both ends of remote write). */
export const remoteWritePhrases: Pick<CheckPhrases['finding'], keyof RemoteWriteFindings> = {
  'queues-flow': ({ queues, idle, arrived, sinceSentMs, overMs }) => `큐 ${queues}개가 ${formatDuration(overMs)} 동안 샘플 ${arrived}개를 보냄, 유실 없음, 가장 새 샘플은 ${formatDuration(sinceSentMs)} 전 것${idle > 0 ? `; ${idle}개는 보낼 것 없음` : ''}`,
  'queue-refused': ({ queue, url, samples, arrived, overMs, lagMs }) => `${queue} 샘플 유실 중: ${formatDuration(overMs)} 동안 ${samples}개가 완전히 거부됨, ${arrived}개 도착${lagMs === undefined ? '' : ` (그런데도 지연은 ${formatDuration(lagMs)})`}: ${url}`,
  'queue-dropped': ({ queue, url, samples, reason, overMs }) => `${queue} ${formatDuration(overMs)} 동안 샘플 ${samples}개를 버림 (${reason === '' ? '이 버전은 이유를 알려 주지 않음; write_relabel_configs 때문일 수 있음' : reason}): ${url}`,
  'queue-stopped': ({ queue, url, forMs, pending, retried, silentAlertMs }) => `${queue}: ${formatDuration(forMs)} 동안 아무것도 나가지 않음, ${pending}개 대기, ${retried}개 재시도${silentAlert(silentAlertMs)}: ${url}`,
  'queue-behind': ({ queue, url, lagMs, pace: speed, isCapped, etaMs, silentAlertMs }) => `${queue} ${formatDuration(lagMs)} 뒤처짐, 약 ${formatDuration(etaMs)} 뒤 따라잡음 (${pace(speed)}${capped(isCapped)})${silentAlert(silentAlertMs)}: ${url}`,
  'queue-falls-behind': ({ queue, url, lagMs, pace: speed, isCapped, silentAlertMs }) => `${queue} ${formatDuration(lagMs)} 뒤처짐, 줄어들지 않음 (${pace(speed)}${capped(isCapped)})${silentAlert(silentAlertMs)}: ${url}`,
  'queue-blind': ({ queue, url, overMs }) => `${queue} 기록되는 것을 ${formatDuration(overMs)} 동안 전혀 읽지 않음: ${url}`,
  'queue-silent': ({ queue, url, overMs }) => `${queue} ${formatDuration(overMs)} 동안 보낸 것이 없고, 보낼 것이 있었는지 메트릭으로는 알 수 없음: ${url}`,
  'queue-future': ({ queue, url }) => `${queue} 미래 시각의 샘플을 보냄: 어디까지 보냈는지 메트릭으로는 더 알 수 없음: ${url}`,
  'queue-new': ({ queue, url, why }) => `${queue} 두 번 보는 사이에 새로 시작됨 (${why === 'restart' ? '프로세스 재시작' : '설정 다시 읽음'}): 그때 잃은 것은 카운터로 알 수 없음: ${url}`,
  'sender-idle': ({ sender, overMs }) => `${sender} ${formatDuration(overMs)} 동안 보낼 것이 없었음: 도착하는지는 확인되지 않음`,
  'sender-restarted': ({ sender, at }) => `${sender} ${minuteText(at)} 시작: 그 전에 보내지 못한 것은 유실되었고 어떤 카운터에도 나타나지 않음`,
  'queue-refused-earlier': ({ queue, url, samples, at }) => `${queue}: ${minuteText(at)} 시작 뒤 샘플 ${samples}개가 완전히 거부됨, 지금은 없음: ${url}`,
  'queues-drained': ({ queues, pastAt }) => `큐 ${queues}개가 ${minuteText(pastAt)}까지 있던 것을 모두 보냄`,
  'queue-drains': ({ queue, url, leftMs, pending, waits, etaMs }) => `${queue} 보낼 것이 남음: ${leftMs > 0 ? `데이터 ${formatDuration(leftMs)}분` : `샘플 ${pending}개 대기`}${etaMs === undefined ? '' : `, 약 ${formatDuration(etaMs)}`}${waits > 0 ? ', 샤드가 가득 참' : ''}: ${url}`,
  'no-queues': ({ senders }) => `보내는 쪽 ${senders}개에 원격 쓰기가 없음: 보내다 잃을 것이 없음`,
  'receive-accepts': ({ receivers, requests, samples, overMs }) => `리시버 ${receivers}개가 ${formatDuration(overMs)} 동안 샘플 ${samples}개가 든 요청 ${requests}개를 받음, 거부 없음`,
  'receive-errors': ({ receiver, code, ...counts }) => `${receiver} ${share(counts)}에 ${code} 응답: 보내는 쪽이 다시 시도함`,
  'receive-refuses': ({ receiver, code, ...counts }) => `${receiver} ${share(counts)}에 ${code} 응답: 유실${lossWord[code] === undefined ? '' : `, ${lossWord[code]}`}`,
  'receive-conflicts': ({ receiver, code, ...counts }) => `${receiver} ${share(counts)}에 ${code} 응답: 순서가 어긋났거나 중복이거나 너무 오래된 샘플; 같은 요청의 정상 샘플은 저장되므로 빠진 것은 시계열로만 알 수 있음`,
  'receive-quiet': ({ receivers, overMs }) => `리시버 ${receivers}개가 ${formatDuration(overMs)} 동안 요청을 받지 않음: 도착하는 것이 확인되지 않음`,
  'receive-restarted': ({ receiver }) => `${receiver} 두 번 보는 사이에 재시작됨`,
};

/** 증명하는 것 (what they prove). */
export const remoteWriteRules = {
  'remote-write': '보내는 쪽을 두 번 읽은 사이에 들어온 것이 모든 큐에서 나가고 거부되거나 버려진 것이 없음. 지연만으로는 증명되지 않음: 리시버가 모두 거부해도 0이고, 완전히 끊겨도 알림 기준 아래에서 멈춥니다.',
  drained: '변경이 끝났을 때 또는 지금 있던 것을 모든 큐가 보냄: 프로세스가 끝날 때 큐에 있던 것은 카운터 없이 사라집니다.',
  receive: '각 Thanos Receive를 두 번 읽은 사이에 오류로 답한 쓰기 요청이 없음, 상태 코드별: 5xx는 재시도되고 4xx는 유실되며 409는 시계열이 결정합니다.',
};
