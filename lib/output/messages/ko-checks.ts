import { formatDuration } from '../../core/durations.ts';
import type { LostSeries } from '../../checks/finding.ts';
import type { CheckPhrases } from './check-phrases.ts';
import { remoteWritePhrases, remoteWriteRules } from './ko-remote-write.ts';
import type { ErrorMessages, Telling } from './messages.ts';
import { askItself, minuteText, quoted, secondText, someText } from './phrases.ts';

const ago = (at: string, { now }: Telling) => `${formatDuration(now.getTime() - Date.parse(at))} 전`;
const ending = (reason: string | undefined, exitCode: number | undefined) => [reason, exitCode === undefined ? undefined : `종료 코드 ${exitCode}`].filter((text) => text !== undefined).join(', ');
const inBrackets = (text: string) => (text === '' ? '' : ` (${text})`);
const seriesText = (series: number, example: string) => (series === 1 ? example : `${example} 등 시계열 ${series}개`);
const secondsText = (durationMs: number) => `${Math.round(durationMs / 100) / 10}초`;
const lost = ({ series, example, from, to, longestMs, missed }: LostSeries) => `${seriesText(series, example)} 샘플 ${missed}개 유실, ${secondText(from)}–${secondText(to)} (${secondsText(longestMs)})`;
const blameText: Record<NonNullable<LostSeries['blame']>, string> = {
  restart: '재시작만으로 설명되지 않음: 보내지 못한 샘플을 잃음',
  target: '같은 수집기의 다른 대상은 계속됨: 이 대상이 수집되지 않음',
  scraper: '수집하는 것 전부: 수집기가 없었거나 보낸 것이 유실됨',
  transport: '수집기 자신에게는 있음: 전송 중 유실',
};
const blamed = ({ blame, scraper }: LostSeries) => inBrackets([scraper, blame === undefined ? undefined : blameText[blame]].filter((text) => text !== undefined).join(': '));

/** 확인에 관한 문장 (Korean sentences about checks). */
export const checkPhrases: CheckPhrases = {
  columns: { check: '확인', verdict: '판정', evidence: '근거', gates: '종료 코드 결정', proves: '증명하는 것', needs: '필요한 권한' },
  verdict: { pass: '정상', warn: '주의', fail: '실패', inconclusive: '판단 불가', pending: '대기', skipped: '해당 없음' },
  finding: {
    'alerts-quiet': ({ firing, sinceMs }) => `전에 없던 경보가 울리지 않음${firing === 0 ? '' : ` (전부터 울리던 것 ${firing}개)`}${sinceMs === undefined ? '' : `. 15분 뒤에 울리는 것도 있는데 ${formatDuration(sinceMs)} 지남`}`,
    'alert-fires': ({ name, severity, labels, isNew }) => `경보${isNew ? ', 전에는 없었음' : ''}: ${name}${inBrackets([severity, labels].filter((text) => text !== '').join(', '))}`,
    'alerts-before-unknown': ({ at }) => `${minuteText(at)}에 대해 아는 것이 없어 울리는 경보가 새것인지 알 수 없습니다`,
    'alerts-unsure': ({ warnings }) => `경고와 함께 응답하여 일부가 빠졌을 수 있음: ${someText(warnings, 1)}`,
    'pods-ready': ({ pods, stableForMs }) => `파드 ${pods}개 준비됨, ${formatDuration(stableForMs)} 동안 재시작 없음`,
    'pod-broken': ({ pod, reason, container, exitCode, restarts }) =>
      `${pod} ${reason}${inBrackets([container, exitCode === undefined ? undefined : `종료 코드 ${exitCode}`, restarts ? `재시작 ${restarts}회` : undefined].filter((text) => text !== undefined).join(', '))}`,
    'pod-starting': ({ pod, reason, forMs }) => `${pod} ${formatDuration(forMs)}째 준비되지 않음${inBrackets(reason ?? '')}`,
    'pod-ending': ({ pod, forMs }) => `${pod} 종료 중${forMs > 0 ? `, 유예 시간을 ${formatDuration(forMs)} 넘김` : ''}`,
    'pod-failed': ({ pod, reason }) => `${pod} 비정상 종료${inBrackets(reason ?? '')}`,
    'pod-restarts': ({ pod, container, restarts, at, reason, exitCode }, telling) => `${pod} 지금은 준비됐지만 계속 재시작함: ${container} ${restarts}회, 마지막 ${ago(at, telling)}${inBrackets(ending(reason, exitCode))}`,
    'pod-restarted': ({ pod, container, at, reason, exitCode }, telling) => `${pod} ${container} 재시작 ${ago(at, telling)}${inBrackets(ending(reason, exitCode))}`,
    'pod-fresh': ({ pod, readyForMs, stableForMs }) => `${pod} 준비된 지 ${formatDuration(readyForMs)}, ${formatDuration(stableForMs)} 뒤부터 인정`,
    'rollouts-done': ({ workloads }) => `워크로드 ${workloads}개가 가장 새 리비전임`,
    'rollout-waits': ({ workload, waitingFor }) => `${workload} 롤아웃 중: ${someText(waitingFor, 3)}`,
    'rollout-stuck': ({ workload, waitingFor, why }) => `${workload} 진행되지 않음 (${why}): ${someText(waitingFor, 3)}`,
    'rollout-paused': ({ workload }) => `${workload} 일시 중지됨: 가장 새 템플릿은 kubectl rollout resume 뒤에야 배포됩니다`,
    'rollout-left': ({ workload, pods, why }) => `${workload} ${someText(pods, 3)}는 다른 리비전에 머묾 (${why})`,
    'no-oom': ({ containers }) => `컨테이너 ${containers}개, 메모리 때문에 종료된 것 없음`,
    oom: ({ pod, container, at, limit, isBefore }, telling) => `${pod} ${container} 메모리 부족으로 종료 ${ago(at, telling)}${limit === undefined ? '' : ` (한도 ${limit})`}${isBefore ? ', 변경 전' : ''}`,
    'claims-bound': ({ claims }) => `클레임 ${claims}개 바인딩됨`,
    'claim-unbound': ({ claim, phase, forMs }) => `${claim} ${formatDuration(forMs)}째 ${phase}`,
    'claim-lost': ({ claim, volume }) => `${claim} 볼륨 ${volume}을 잃음`,
    'claim-ending': ({ claim }) => `${claim} 삭제 중: 파드가 끝나면 사라지고 빈 것이 그 자리를 차지합니다`,
    'claim-resizing': ({ claim, condition }) => `${claim} ${condition}`,
    'series-whole': ({ selector, series, forMs, restart }) => `${selector}: 시계열 ${series}개가 ${formatDuration(forMs)} 동안 온전함${restart === undefined ? '' : `, ${restart.scraper} 재시작으로 예상된 ${formatDuration(restart.longestMs)} 공백 제외 (${restart.series}개)`}`,
    'series-hole': (params) => `${lost(params)}${blamed(params)}`,
    'series-damage': (params) => `변경이 끝나기 전: ${lost(params)}${blamed(params)}`,
    'series-replica': (params) => `한 레플리카에서만 없고 다른 레플리카에는 있음: ${lost(params)}${blamed(params)}`,
    'series-phase': ({ series, example }) => `${seriesText(series, example)} 수집 시점이 옮겨짐: 빠진 샘플 없음`,
    'series-interval': ({ series, example, fromMs, toMs, at }, telling) => `${seriesText(series, example)} ${ago(at, telling)}부터 수집 간격이 ${secondsText(fromMs)}에서 ${secondsText(toMs)}로 바뀜`,
    'series-irregular': ({ series, example }) => `${seriesText(series, example)} 일정한 간격이 없어 빠진 샘플이 있는지 알 수 없음`,
    'series-replaced': ({ series, example, by }) => `${seriesText(series, example)} 다른 이름으로 이어짐: ${by}`,
    'series-gone': ({ series, example, at, left, podIsThere }, telling) =>
      `${seriesText(series, example)} ${ago(at, telling)} 끊김: ${podIsThere ? '파드는 있지만 더는 수집되지 않음' : left === 0 ? '같은 job에서 수집되는 것이 하나도 없음' : `축소되었거나 더는 발견되지 않음, 같은 job에서 ${left}개는 수집됨`}`,
    'series-silent': ({ series, example, at, forMs, scraper }) => `${scraper === undefined ? '' : `${scraper}에서 `}${formatDuration(forMs)}째 (${secondText(at)}부터) 아무것도 오지 않음: ${seriesText(series, example)}`,
    'series-awaited': ({ series, example }) => `${seriesText(series, example)}: 변경 이후의 샘플이 아직 오지 않음`,
    'series-doubtful': ({ place, warnings }) => `${place}의 응답에서 시계열이 빠졌을 수 있음: ${someText(warnings.map(quoted), 2)}`,
    'series-elsewhere': ({ scrapers }) => `${someText(scrapers, 3)}는 보내기만 하고 질의에 답하지 않음: 시계열을 받는 곳에서 확인하십시오`,
    'series-none': ({ selector, place }) => `이 시간에 ${place}에는 ${selector} 시계열이 없음`,
    'series-without-past': ({ selector, place }) => `${place}에는 변경 전의 ${selector} 시계열이 없음: 비교할 것이 없음`,
    'series-many': ({ selector, series, most }) => `${selector} 시계열이 ${series}개로 ${most}개보다 많음: --series로 줄이십시오`,
    ...remoteWritePhrases,
    'config-loaded': ({ components, compared }) => `구성 요소 ${components}개가 설정을 읽음${compared === 0 ? '' : `, ${compared === components ? '' : `그중 ${compared}개는 `}마지막 변경 뒤에 읽음`}`,
    'config-refused': ({ component, loadedAt }, telling) => `${component} 준비 상태이지만 가장 새 설정을 거부함; 적용 중인 설정은 ${loadedAt === undefined ? '이전 것' : `${ago(loadedAt, telling)} 것`}`,
    'config-unknown': ({ component }) => `${component} 설정을 읽었는지 알려 주지 않음`,
    'config-awaited': ({ component, source, writtenAt }, telling) => `${component} 아직 ${source}를 읽지 않음 (${ago(writtenAt, telling)} 변경)`,
    'config-older': ({ component, loadedAt, source, writtenAt }, telling) => `${component} ${ago(loadedAt, telling)}에 읽은 설정으로 실행 중; ${source}는 ${ago(writtenAt, telling)} 변경됨`,
    'queries-answered': ({ components, stores }) => `구성 요소 ${components}개가 응답함${stores === 0 ? '' : `, 스토어 ${stores}개 모두 보임`}`,
    'query-failed': ({ component, status, detail }) => `${component} 질의에 ${status} 응답${detail === '' ? '' : `: ${detail}`}`,
    'query-warned': ({ component, warnings }) => `${component} 경고와 함께 응답해 일부가 빠졌을 수 있음: ${someText(warnings, 1)}`,
    'query-empty': ({ component }) => `${component} 응답하지만 up 시계열이 없음`,
    'query-storeless': ({ component }) => `${component} 아는 스토어가 없어 답할 데이터가 없음`,
    'store-lost': ({ component, store, type, detail }) => `${component} ${type} ${store}에 닿지 못함: ${detail}`,
    'stores-fewer': ({ component, type, seen, ready }) => `${component} 준비된 ${type} 파드 ${ready}개 중 ${seen}개만 봄`,
  },
  notObserved: (detail) => `살펴볼 수 없었습니다: ${detail}`,
  rule: {
    alerts: '변경 전에 울리지 않던 경보가 울리지 않음. 이것만으로는 부족함: 원격 쓰기 경보는 15분이 걸립니다.',
    pods: '모든 파드가 충분히 오래 준비 상태이고 계속 재시작하는 컨테이너가 없음: 크래시 루프도 두 크래시 사이에는 준비 상태입니다.',
    rollout: '모든 워크로드가 템플릿의 가장 새 리비전으로 실행됨을 파드마다 판정: 파드가 깨진 이미지를 가지고 있어도 컨트롤러의 숫자는 모두 완료로 보일 수 있습니다.',
    resources: '변경 뒤 메모리 때문에 종료된 컨테이너가 없음.',
    config: '모든 구성 요소가 가장 새 설정으로 실행됨: 마지막 다시 읽기가 거부되지 않았고, 읽는 대상이 마지막으로 변경된 뒤였음. 설정을 거부해도 파드는 준비 상태로 남습니다.',
    query: '모든 Prometheus와 Thanos Query가 경고 없이 응답하고 Query 뒤의 스토어를 하나도 잃지 않음: Thanos는 잃은 스토어를 응답에서 말없이 뺍니다.',
    pvc: '모든 클레임이 볼륨에 바인딩되어 있고 삭제 중인 것이 없음.',
    continuity: '변경 뒤 어떤 시계열도 샘플을 잃지 않았음을 각 시계열의 수집 간격으로, 레플리카를 합쳐 판정: 수집기의 재시작은 그 몇 초만 비울 수 있고 이미 수집한 것을 잃어서는 안 됩니다.',
    ...remoteWriteRules,
  },
  absent: '해당하는 것이 없음',
  more: (count) => `(+${count})`,
  due: (at, inText) => `${minuteText(at)}까지, ${inText} 뒤`,
  heading: ({ cluster, namespaces, since, ago: age, run }) =>
    [
      `${cluster} / ${namespaces === undefined ? '모든 네임스페이스' : namespaces.join(', ')}`,
      ...(since === undefined ? ['지금 상태, 비교할 변경 없음: --since, --run'] : [`${run === undefined ? minuteText(since) : `실행 ${run} (${minuteText(since)} 종료)`} 이후, ${age} 전`]),
    ].join('   '),
  counts(counts) {
    return Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([verdict, count]) => `${checkPhrases.verdict[verdict as keyof typeof counts]} ${count}`)
      .join(', ');
  },
  exit: '종료 코드',
  gates: { now: '예', later: '요청할 때' },
  timeline: {
    heading: (from, to, signs) => `${secondText(from)}–${secondText(to)} 샘플: 모두, 일부, 없음 (${signs})`,
    scraper: (name, series) => `${name} (시계열 ${series}개)`,
    since: '변경 종료',
    more: (series) => `공백이 있는 시계열이 ${series}개 더 있음: 모두 보려면 -o json`,
  },
  measured: '측정값',
  source: '출처',
  why: (command) => `이유:  ${command}`,
  wait: (command) => `대기 중인 것을 기다리려면:  ${command}`,
};

/** 검증이 끝나며 하는 말 (Korean sentences of what a verification ends with). */
export const verifyErrors = {
  'verify.failed': ({ checks, explain }) => ({ text: `온전하지 않습니다: ${checks.join(', ')} 실패`, next: [`이유:  ${explain}`] }),
  'verify.inconclusive': ({ checks, explain }) => ({ text: `증명되지 않았습니다: ${checks.join(', ')} 판단 불가`, next: [`이유:  ${explain}`] }),
  'verify.nothing-proved': ({ namespaces }) => ({ text: `증명된 것이 없습니다: 확인이 살펴보는 것이 ${namespaces.length === 0 ? '클러스터에' : `네임스페이스 ${namespaces.join(', ')}에`} 없습니다`, next: ['다른 네임스페이스를 보려면:  -n NAMESPACE, 모두 보려면 -A'] }),
  'verify.pending': ({ checks, again, dueAt, waitedMs }) => ({
    text: `아직 결정되지 않았습니다${waitedMs === undefined ? '' : ` (${formatDuration(waitedMs)} 기다림)`}: ${checks.join(', ')}${dueAt === undefined ? '' : `, ${minuteText(dueAt)}까지`}`,
    next: [`결정될 때까지 다시 보려면:  ${again}`],
  }),
  'verify.unknown-check': ({ flag, name, near, known }) => ({ text: `${flag}: ${quoted(name)} 확인은 없습니다`, next: [near.length > 0 ? `혹시 ${near.join(', ')}?` : `있는 확인: ${known.join(', ')}`] }),
  'drain.no-sender': ({ target }) => ({ text: `${target}의 파드 중에 실행 중인 Prometheus, 에이전트, 룰러가 없습니다: 비울 것이 없습니다`, next: ['보내는 워크로드를 지정하세요:  kubectl verify drain statefulset/NAME'] }),
  'verify.empty-namespace': ({ namespace, elsewhere }) => ({
    text: `네임스페이스 ${namespace}에 워크로드가 없습니다: 확인할 것이 없습니다`,
    next: elsewhere.length > 0 ? elsewhere.map(({ namespace: name, command }) => `${name}에서:  ${command}`) : ['다른 네임스페이스를 보려면:  -n NAMESPACE, 모두 보려면 -A'],
  }),
  'endpoint.unreachable': ({ namespace, pod, port, detail }) => ({ text: `${namespace}/${pod}가 포트 ${port}에서 응답하지 않습니다: ${detail}`, next: [askItself('직접 물어보려면', namespace, pod, port)] }),
  'endpoint.refused': ({ namespace, pod, port, path, status, detail }) => ({ text: `${namespace}/${pod}의 ${path} 응답이 ${status}입니다${detail === '' ? '' : `: ${detail}`}`, next: [askItself('직접 물어보려면', namespace, pod, port)] }),
  'endpoint.unreadable': ({ namespace, pod, port, path, detail }) => ({ text: `${path}에 대한 ${namespace}/${pod}의 응답을 읽을 수 없습니다: ${detail}`, next: [askItself('직접 물어보려면', namespace, pod, port)] }),
} satisfies Partial<ErrorMessages>;
