import { goneText, ownedMessage } from './ko-owners.ts';
import { stepName } from './ko-steps.ts';
import type { ErrorMessages } from './messages.ts';
import { quoted } from './phrases.ts';

const nothingChanged = '아무것도 변경되지 않았습니다.';
const near = (names: string[]) => `혹시 이것입니까: ${names.join(', ')}`;
const knownRevisions = (known: string[]) => (known.length > 0 ? known.map((revision) => `리비전 ${revision}`) : ['리비전이 없습니다']);
const whyNothing: Record<string, string> = { 'all-left': '나머지는 모두 이전 되돌리기가 떠난 리비전입니다' };

/** 클러스터, 실행, 파일 상태에 관한 실패 (Korean sentences of target, run and file failures). */
export const targetErrors = {
  'kind.unknown': ({ name, near: names }) => ({ text: `서버에 없는 종류입니다: ${quoted(name)}`, next: [names.length > 0 ? near(names) : '확인:  kubectl api-resources'] }),
  'kind.unsupported': ({ kind, supported }) => ({ text: `${kind}: 되돌릴 리비전이 없는 종류입니다`, next: [`가능한 종류: ${supported.join(', ')}, 그리고 파드를 만들지 않는 것: ConfigMap, Secret, Service, Ingress …`] }),
  'namespace.unknown': ({ name, near: names }) => ({ text: `없는 네임스페이스입니다: ${quoted(name)}`, next: [names.length > 0 ? near(names.map((known) => `-n ${known}`)) : '확인:  kubectl get namespaces'] }),
  'target.not-found': ({ target, namespace, near: names, elsewhere }) => ({
    text: `네임스페이스 ${namespace}에 없습니다: ${target}`,
    lines: elsewhere.map((place) => `네임스페이스 ${place.namespace}에 있습니다`),
    next:
      elsewhere.length > 0
        ? elsewhere.map((place) => `그곳에서:  ${place.command}`)
        : [names.length > 0 ? near(names) : `확인:  kubectl get ${target.split('/')[0]} -n ${namespace}`],
  }),
  'target.owned': ownedMessage,
  'target.deleted': ({ target, namespace, command }) => ({ text: `삭제 중이거나 이미 없습니다: ${target} (네임스페이스 ${namespace})`, next: [`다시 생긴 뒤에 확인:  ${command}`] }),
  'target.paused': ({ target, command }) => ({ text: `${target}: 일시 중지 상태라서 템플릿을 바꿔도 배포되지 않습니다`, next: [`먼저 중지를 푸십시오:  ${command}`] }),
  'history.empty': ({ target, detail }) => ({
    text: `${target}: 되돌릴 다른 리비전이 없습니다`,
    lines: [detail.startsWith('revisionHistoryLimit') ? `${detail}: 클러스터가 기록을 남기지 않습니다` : `리비전: ${detail}`],
    next: ['정상 버전의 매니페스트를 다시 적용하십시오'],
  }),
  'revision.not-found': ({ target, wanted, known }) => ({
    text: `${target}: 없는 리비전입니다: ${quoted(wanted)}`,
    lines: knownRevisions(known),
    next: ['--to=REVISION으로 하나를 고르십시오'],
  }),
  'revision.nothing-to-go-back-to': ({ target, known, why }) => ({
    text: `${target}: 되돌릴 곳이 없습니다: ${whyNothing[why] ?? why}`,
    lines: knownRevisions(known),
    next: [known.length > 1 ? '--to=REVISION으로 직접 고르십시오' : '정상 버전의 매니페스트를 다시 적용하십시오'],
  }),
  'replicas.unknown-previous': ({ target, current }) => ({ text: `${target}: 레플리카 ${current} 이전의 수가 기록되어 있지 않습니다`, next: ['수를 지정하십시오: --replicas=N'] }),
  'references.missing': ({ target, revision, missing }) => ({
    text: `${target} 리비전 ${revision}: 필요한 것이 없어서 파드가 시작되지 않습니다`,
    lines: missing.map(({ kind, name, usedAs }) => `${kind.toLowerCase()}/${name}   ${usedAs}`),
    next: ['먼저 그것을 되살리거나 --to=REVISION으로 다른 리비전을 고르십시오'],
  }),
} satisfies Partial<ErrorMessages>;

export const runErrors = {
  'plan.stale': ({ target, changed, command, ownersGone = [] }) => ({ text: `${target}: 계획을 세운 뒤에 변경되었습니다`, lines: [...changed.map((field) => `변경됨: ${field}`), ...ownersGone.map(goneText)], next: [`다시 계획:  ${command}`] }),
  'plan.broken': ({ path, detail }) => ({ text: `계획이 아닙니다: ${path}: ${detail}`, lines: [nothingChanged], next: ['계획 만들기:  kubectl rollback plan TYPE/NAME -o json > plan.json'] }),
  'plan.other-cluster': ({ planServer, server }) => ({
    text: '다른 클러스터의 계획입니다',
    lines: [`계획   ${planServer}`, `여기   ${server}`, nothingChanged],
    next: ['--cluster=NAME이나 --context=NAME으로 계획의 클러스터를 고르거나 여기서 다시 계획하십시오'],
  }),
  'run.not-found': ({ id, known }) => ({ text: `이 기기에 없는 실행입니다: ${quoted(id)}`, lines: known.length > 0 ? [`실행: ${known.join(', ')}`] : [], next: ['목록:  kubectl rollback runs'] }),
  'run.unshared': ({ id, host, resume, close }) => ({
    text: `실행 ${id}: 쓸 내용이 클러스터에 올라가기 전에 끝났습니다. ${host === '' ? '시작한 기기' : host}에만 있습니다`,
    lines: ['아직 아무것도 바꾸지 않았습니다.'],
    next: [`그 기기에서:  ${resume}`, `또는 여기서 끝내고 새로 시작:  ${close}`],
  }),
  'run.state': ({ id, state, wanted, command }) => ({ text: `실행 ${id}의 상태: ${state}. 필요한 상태: ${wanted}`, next: [`다음:  ${command}`] }),
  'run.stopped': ({ id, step, why, command }) => ({ text: `실행 ${id}: ${stepName(step)} 단계에서 멈췄습니다: ${why}`, lines: ['그전까지 한 일은 그대로 남습니다.'], next: [`계속하려면:  ${command}`] }),
  'run.timeout': ({ id, waitingFor, command }) => ({ text: `실행 ${id}: 제때 끝나지 않았습니다`, lines: waitingFor.map((what) => `기다리는 것: ${what}`), next: [`더 기다리려면:  ${command}`] }),
  'run.pdb-blocks': ({ id, pod, budgets, command }) => ({
    text: `실행 ${id}: ${pod} 파드를 교체할 수 없습니다: PodDisruptionBudget이 지금은 축출을 허용하지 않습니다`,
    lines: budgets.map((budget) => `poddisruptionbudget/${budget}`),
    next: ['여유를 만들거나(다른 파드가 Ready가 되어야 합니다) 그 파드를 직접 삭제하십시오', `계속하려면:  ${command}`],
  }),
  'run.put-back': ({ id, target, by, at }) => ({
    text: `${target}: 실행 ${id} 도중 ${by}에서 ${at}에 원래대로 돌려놓았습니다`,
    lines: ['되돌리기는 클러스터에 닿았지만 유지되지 않았습니다.'],
    next: [`${by}의 원본을 고친 뒤 다시 확인하십시오:  kubectl rollback status ${id}`],
  }),
  'run.busy': ({ id, pid }) => ({ text: `실행 ${id}: 이 기기의 프로세스 ${pid}에서 진행 중입니다`, next: [`확인:  kubectl rollback status ${id}`] }),
  'run.interrupted': ({ id, command }) => ({ text: `실행 ${id}: 도중에 멈췄습니다`, next: [`계속하려면:  ${command}`] }),
  'run.interrupted-before': () => ({ text: '첫 변경 전에 멈췄습니다', next: [nothingChanged] }),
  'file.unreadable': ({ path, detail }) => ({ text: `읽을 수 없습니다: ${path}: ${detail}`, next: ['경로와 권한을 확인하십시오'] }),
  'file.write': ({ path, detail }) => ({ text: `쓸 수 없습니다: ${path}: ${detail}`, next: ['남은 공간과 권한을 확인하십시오'] }),
  'journal.corrupt': ({ path, line, detail }) => ({ text: `저널이 깨졌습니다: ${path} ${line}행: ${detail}`, next: ['클러스터는 그대로입니다. 확인:  kubectl rollback runs'] }),
} satisfies Partial<ErrorMessages>;
