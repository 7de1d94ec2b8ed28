import type { ErrorMessages } from './messages.ts';
import { isToShare, permissionText, quoted } from './phrases.ts';

const orSeeHelp = (command: string) => [`도움말:  ${command} --help`];
const tryNear = (near: string[]) => (near.length > 0 ? [`혹시 이것입니까: ${near.join(', ')}`] : []);
const nothingChanged = '아무것도 변경되지 않았습니다.';

/** 입력과 클러스터 접근에 관한 실패 (Korean sentences of usage and access failures). */
export const usageErrors = {
  'usage.flags': ({ detail, command }) => ({ text: detail, next: orSeeHelp(command) }),
  'usage.value': ({ flag, value, expected }) => ({ text: `${flag}: 받을 수 없는 값입니다: ${quoted(value)}`, next: [`필요한 값: ${expected}`] }),
  'usage.missing-value': ({ flag, placeholder }) => ({ text: `${flag}: 값이 필요합니다`, next: [`입력 형식: ${flag}=${placeholder}`] }),
  'usage.repeated': ({ flag }) => ({ text: `${flag}: 두 번 이상 지정되었습니다`, next: [`${flag}: 하나만 남기십시오`] }),
  'usage.unknown-flag': ({ flag, near, command }) => ({ text: `알 수 없는 플래그: ${flag}`, next: [...tryNear(near), ...orSeeHelp(command)] }),
  'usage.unknown-command': ({ name, near, plugin, known }) => ({
    text: `kubectl ${plugin}: 없는 명령입니다: ${quoted(name)}`,
    next: [...(name.includes('/') ? [`대상 앞에 명령을 쓰십시오:  kubectl ${plugin} plan ${name}`] : tryNear(near)), `명령: ${known.join(', ')}`],
  }),
  'usage.missing-target': ({ command }) => ({
    text: '무엇에 대한 작업인지 빠졌습니다',
    next: [`입력:  ${command}`, ...(command.endsWith(' RUN') ? ['실행 목록:  kubectl rollback runs'] : [])],
  }),
  'usage.confirm-needed': ({ command }) => ({ text: '물어볼 터미널이 없습니다', lines: [nothingChanged], next: [`질문 없이 계속하려면:  ${command}`] }),
  'usage.confirm-name-needed': ({ name, flag }) => ({ text: `이름을 입력해야 합니다: ${quoted(name)}. --yes로는 부족합니다`, lines: [nothingChanged], next: [`추가하십시오:  ${flag}`] }),
  'usage.exclusive': ({ flags }) => ({ text: `함께 쓸 수 없습니다: ${flags.join(', ')}`, next: ['하나만 남기십시오'] }),
  'usage.one-cluster': ({ names }) => ({ text: `한 번에 클러스터 하나만 됩니다: ${names.join(', ')}`, next: [`--cluster=${names[0] ?? 'NAME'}부터 하십시오`] }),
  'target.bad-form': ({ value, kinds }) => ({
    text: `대상이 아닙니다: ${quoted(value)}`,
    next: [`TYPE/NAME 형식으로 쓰십시오. 예: ${kinds[0] ?? 'statefulset'}/NAME`, ...(kinds.length > 1 ? [`종류: ${kinds.join(', ')}`] : [])],
  }),
} satisfies Partial<ErrorMessages>;

export const accessErrors = {
  'kubeconfig.missing': ({ path, source }) => ({ text: `kubeconfig 파일이 없습니다: ${path} (${source})`, next: ['--kubeconfig=FILE 또는 KUBECONFIG=FILE로 지정하십시오'] }),
  'kubeconfig.broken': ({ path, detail }) => ({ text: `kubeconfig를 읽을 수 없습니다: ${path}: ${detail}`, next: [`확인:  kubectl config view --kubeconfig=${path}`] }),
  'kubeconfig.no-current-context': ({ path, contexts }) => ({
    text: `kubeconfig에 현재 컨텍스트가 없습니다: ${path}`,
    lines: contexts.length > 0 ? [`컨텍스트: ${contexts.join(', ')}`] : ['컨텍스트가 하나도 없습니다'],
    next: [contexts.length > 0 ? `--context=${contexts[0]}, 또는:  kubectl config use-context ${contexts[0]}` : '--kubeconfig=FILE로 다른 파일을 지정하십시오'],
  }),
  'kubeconfig.unknown-context': ({ name, contexts, near }) => ({
    text: `kubeconfig에 없는 컨텍스트입니다: ${quoted(name)}`,
    lines: contexts.length > 0 ? [`컨텍스트: ${contexts.join(', ')}`] : ['컨텍스트가 하나도 없습니다'],
    next: near.length > 0 ? tryNear(near.map((context) => `--context=${context}`)) : ['--context=NAME으로 고르십시오'],
  }),
  'kubeconfig.unknown-entry': ({ what, name, context }) => ({
    text: `컨텍스트 ${quoted(context)}의 ${what} ${quoted(name)}: kubeconfig에 없습니다`,
    next: [`컨텍스트를 고치거나 --context=NAME 또는 --${what}=NAME으로 고르십시오`],
  }),
  'cluster.ambiguous': ({ name, servers }) => ({ text: `둘 이상의 클러스터를 뜻합니다: ${quoted(name)}`, lines: servers, next: ['--context=NAME으로 고르십시오'] }),
  'cluster.unknown': ({ name, known, near }) => ({
    text: `그런 클러스터가 없습니다: ${quoted(name)}`,
    lines: known.length > 0 ? [`클러스터: ${known.join(', ')}`] : ['config.yaml에도, kubeconfig에도, ~/.kube/configs에도 클러스터가 없습니다'],
    next: near.length > 0 ? tryNear(near.map((cluster) => `--cluster=${cluster}`)) : ['--cluster=NAME이나 --context=NAME으로 고르십시오'],
  }),
  'config.broken': ({ path, member, detail }) => ({ text: `${path}${member === '' ? '' : `, ${member}`}: ${detail}`, next: ['그 파일을 고치거나 다른 곳으로 옮기십시오'] }),
  'credentials.rejected': ({ server, user, detail }) => ({
    text: `${server}: ${quoted(user)}의 자격 증명을 받아들이지 않습니다: ${detail}`,
    next: ['다시 로그인하거나 --context=NAME 또는 --user=NAME으로 바꾸십시오'],
  }),
  'credentials.plugin': ({ command, detail, hint }) => ({ text: `자격 증명 플러그인 실패: ${quoted(command)}: ${detail}`, next: [hint === '' ? `직접 실행해 이유를 확인하십시오:  ${command}` : hint] }),
  'access.forbidden': ({ missing, user, detail }) => ({
    text: `${quoted(user)}: 권한이 없습니다${missing.length > 0 ? '' : `: ${detail}`}`,
    lines: missing.map(permissionText),
    next: [`${missing.length > 0 ? '위 권한을 요청하거나 ' : ''}--context=NAME, --user=NAME, --as=USER로 다른 신원을 쓰십시오`, ...(missing.some(isToShare) ? ['또는 클러스터의 잠금과 기록 없이: --local-only'] : [])],
  }),
  'server.unreachable': ({ server, proxy, detail, kind }) => ({
    text: `연결할 수 없습니다: ${server}${proxy === undefined ? '' : ` (프록시 ${proxy} 경유)`}: ${detail}`,
    next: [
      {
        network: '네트워크, VPN, 터널을 확인한 뒤:  kubectl version',
        dns: '이름을 찾을 수 없습니다: kubeconfig의 server와 VPN을 확인하십시오',
        tls: '인증서를 신뢰할 수 없습니다: kubeconfig의 certificate-authority 또는 --certificate-authority=FILE을 확인하십시오',
        timeout: '제때 응답이 없습니다: 다시 시도하거나 --request-timeout=2m으로 늘리십시오',
      }[kind],
    ],
  }),
  'server.error': ({ status, reason, message, request }) => ({
    text: `API 서버의 응답 ${status}${reason === '' ? '' : ` ${reason}`}: ${request}`,
    lines: message === '' ? [] : [message],
    next: ['다시 시도하고, 계속되면:  kubectl get --raw /readyz?verbose'],
  }),
  'server.rejected': ({ message, request, causes }) => ({ text: `API 서버가 거부했습니다: ${request}`, lines: [message, ...causes], next: ['지적된 것을 고친 뒤 다시 계획하십시오'] }),
  'server.conflict': ({ object, message }) => ({ text: `그사이 다른 쪽에서 변경했습니다: ${object}`, lines: [message], next: ['다시 계획하고 차이를 확인하십시오'] }),
} satisfies Partial<ErrorMessages>;
