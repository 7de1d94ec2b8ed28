import { formatDuration } from '../../core/durations.ts';
import type { CheckPhrases } from './check-phrases.ts';
import type { ErrorMessages, Telling } from './messages.ts';
import { askItself, minuteText, quoted, someText } from './phrases.ts';

const ago = (at: string, { now }: Telling) => `${formatDuration(now.getTime() - Date.parse(at))} 전`;
const ending = (reason: string | undefined, exitCode: number | undefined) => [reason, exitCode === undefined ? undefined : `종료 코드 ${exitCode}`].filter((text) => text !== undefined).join(', ');
const inBrackets = (text: string) => (text === '' ? '' : ` (${text})`);

/** 확인에 관한 문장 (Korean sentences about checks). */
export const checkPhrases: CheckPhrases = {
  columns: { check: '확인', verdict: '판정', evidence: '근거', gates: '종료 코드 결정', proves: '증명하는 것', needs: '필요한 권한' },
  verdict: { pass: '정상', warn: '주의', fail: '실패', inconclusive: '판단 불가', pending: '대기', skipped: '해당 없음' },
  finding: {
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
  },
  notObserved: (detail) => `살펴볼 수 없었습니다: ${detail}`,
  rule: {
    pods: '모든 파드가 충분히 오래 준비 상태이고 계속 재시작하는 컨테이너가 없음: 크래시 루프도 두 크래시 사이에는 준비 상태입니다.',
    rollout: '모든 워크로드가 템플릿의 가장 새 리비전으로 실행됨을 파드마다 판정: 파드가 깨진 이미지를 가지고 있어도 컨트롤러의 숫자는 모두 완료로 보일 수 있습니다.',
    resources: '변경 뒤 메모리 때문에 종료된 컨테이너가 없음.',
    pvc: '모든 클레임이 볼륨에 바인딩되어 있고 삭제 중인 것이 없음.',
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
  'verify.empty-namespace': ({ namespace, elsewhere }) => ({
    text: `네임스페이스 ${namespace}에 워크로드가 없습니다: 확인할 것이 없습니다`,
    next: elsewhere.length > 0 ? elsewhere.map(({ namespace: name, command }) => `${name}에서:  ${command}`) : ['다른 네임스페이스를 보려면:  -n NAMESPACE, 모두 보려면 -A'],
  }),
  'endpoint.unreachable': ({ namespace, pod, port, detail }) => ({ text: `${namespace}/${pod}가 포트 ${port}에서 응답하지 않습니다: ${detail}`, next: [askItself('직접 물어보려면', namespace, pod, port)] }),
  'endpoint.refused': ({ namespace, pod, port, path, status, detail }) => ({ text: `${namespace}/${pod}의 ${path} 응답이 ${status}입니다${detail === '' ? '' : `: ${detail}`}`, next: [askItself('직접 물어보려면', namespace, pod, port)] }),
  'endpoint.unreadable': ({ namespace, pod, port, path, detail }) => ({ text: `${path}에 대한 ${namespace}/${pod}의 응답을 읽을 수 없습니다: ${detail}`, next: [askItself('직접 물어보려면', namespace, pod, port)] }),
} satisfies Partial<ErrorMessages>;
