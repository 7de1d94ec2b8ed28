import type { ErrorMessages } from './messages.ts';
import { isToShare, listed, permissionText, quoted } from './phrases.ts';

const orSeeHelp = (command: string) => [`See:  ${command} --help`];
const tryNear = (near: string[]) => (near.length > 0 ? [`Did you mean ${listed(near, 'or')}?`] : []);
const nothingChanged = 'Nothing was changed.';

/** English sentences of the failures that have to do with what was typed, and with reaching the cluster. */
export const usageErrors = {
  'usage.flags': ({ detail, command }) => ({ text: detail, next: orSeeHelp(command) }),
  'usage.value': ({ flag, value, expected }) => ({ text: `${flag}: ${quoted(value)} is not what it takes`, next: [`Expected ${expected}`] }),
  'usage.missing-value': ({ flag, placeholder }) => ({ text: `${flag} needs a value`, next: [`Type it as ${flag}=${placeholder}`] }),
  'usage.repeated': ({ flag }) => ({ text: `${flag} is given more than once`, next: [`Keep one ${flag}`] }),
  'usage.unknown-flag': ({ flag, near, command }) => ({ text: `unknown flag ${flag}`, next: [...tryNear(near), ...orSeeHelp(command)] }),
  'usage.unknown-command': ({ name, near, plugin, known }) => ({
    text: `kubectl ${plugin} has no command ${quoted(name)}`,
    next: [
      ...(name.includes('/') ? [`Put a command before the target:  kubectl ${plugin} plan ${name}`] : tryNear(near)),
      `Commands: ${known.join(', ')}`,
    ],
  }),
  'usage.missing-target': ({ command }) => ({ text: 'what to work on is missing', next: [`Type:  ${command}`, ...(command.endsWith(' RUN') ? ['Runs:  kubectl rollback runs'] : [])] }),
  'usage.confirm-needed': ({ command }) => ({ text: 'there is no terminal to ask on', lines: [nothingChanged], next: [`To go on without the question:  ${command}`] }),
  'usage.confirm-name-needed': ({ name, flag }) => ({
    text: `this wants the name ${quoted(name)} typed; --yes is not enough`,
    lines: [nothingChanged],
    next: [`Add  ${flag}`],
  }),
  'usage.exclusive': ({ flags }) => ({ text: `${listed(flags, 'and')} cannot be given together`, next: [`Keep one of them`] }),
  'usage.one-cluster': ({ names }) => ({ text: `one cluster at a time: ${names.join(', ')}`, next: [`Begin with --cluster=${names[0] ?? 'NAME'}`] }),
  'target.bad-form': ({ value, kinds }) => ({
    text: `${quoted(value)} is not a target`,
    next: [`Type it as TYPE/NAME, as ${kinds[0] ?? 'statefulset'}/NAME`, ...(kinds.length > 1 ? [`Types: ${kinds.join(', ')}`] : [])],
  }),
} satisfies Partial<ErrorMessages>;

export const accessErrors = {
  'kubeconfig.missing': ({ path, source }) => ({
    text: `kubeconfig ${path} does not exist (from ${source})`,
    next: ['Name one with --kubeconfig=FILE or KUBECONFIG=FILE'],
  }),
  'kubeconfig.broken': ({ path, detail }) => ({ text: `kubeconfig ${path} cannot be read: ${detail}`, next: [`Look at it with:  kubectl config view --kubeconfig=${path}`] }),
  'kubeconfig.no-current-context': ({ path, contexts }) => ({
    text: `kubeconfig ${path} has no current context`,
    lines: contexts.length > 0 ? [`contexts: ${contexts.join(', ')}`] : ['it has no contexts at all'],
    next: [contexts.length > 0 ? `Add --context=${contexts[0]}, or:  kubectl config use-context ${contexts[0]}` : 'Name another with --kubeconfig=FILE'],
  }),
  'kubeconfig.unknown-context': ({ name, contexts, near }) => ({
    text: `the kubeconfig has no context ${quoted(name)}`,
    lines: contexts.length > 0 ? [`contexts: ${contexts.join(', ')}`] : ['it has no contexts at all'],
    next: near.length > 0 ? tryNear(near.map((context) => `--context=${context}`)) : ['Choose one with --context=NAME'],
  }),
  'kubeconfig.unknown-entry': ({ what, name, context }) => ({
    text: `context ${quoted(context)} names the ${what} ${quoted(name)}, which the kubeconfig does not have`,
    next: [`Correct the context, or choose with --context=NAME or --${what}=NAME`],
  }),
  'cluster.ambiguous': ({ name, servers }) => ({
    text: `${quoted(name)} means more than one cluster`,
    lines: servers,
    next: ['Choose with --context=NAME'],
  }),
  'cluster.unknown': ({ name, known, near }) => ({
    text: `there is no cluster ${quoted(name)}`,
    lines: known.length > 0 ? [`clusters: ${known.join(', ')}`] : ['neither config.yaml, nor the kubeconfig, nor ~/.kube/configs names one'],
    next: near.length > 0 ? tryNear(near.map((cluster) => `--cluster=${cluster}`)) : ['Choose one with --cluster=NAME or --context=NAME'],
  }),
  'config.broken': ({ path, member, detail }) => ({ text: `${path}${member === '' ? '' : `, ${member}`}: ${detail}`, next: ['Correct it there, or move the file away'] }),
  'credentials.rejected': ({ server, user, detail }) => ({
    text: `${server} does not accept the credentials of ${quoted(user)}: ${detail}`,
    next: ['Log in again, or choose other credentials with --context=NAME or --user=NAME'],
  }),
  'credentials.plugin': ({ command, detail, hint }) => ({
    text: `the credential plugin ${quoted(command)} failed: ${detail}`,
    next: [hint === '' ? `Run it by itself to see why:  ${command}` : hint],
  }),
  'access.forbidden': ({ missing, user, detail }) => ({
    text: missing.length > 0 ? `${quoted(user)} may not do this` : `${quoted(user)} may not do this: ${detail}`,
    lines: missing.map(permissionText),
    next: [missing.length > 0 ? 'Ask for the permissions above, or use another identity with --context=NAME, --user=NAME or --as=USER' : 'Use another identity with --context=NAME, --user=NAME or --as=USER', ...(missing.some(isToShare) ? ['Or go without lock and record in the cluster: add --local-only'] : [])],
  }),
  'server.unreachable': ({ server, proxy, detail, kind }) => ({
    text: `cannot reach ${server}${proxy === undefined ? '' : ` by the proxy ${proxy}`}: ${detail}`,
    next: [
      {
        network: 'Check the network, VPN or tunnel, then:  kubectl version',
        dns: 'The name does not resolve: check the server in the kubeconfig, and the VPN',
        tls: 'Its certificate is not trusted: check certificate-authority in the kubeconfig, or --certificate-authority=FILE',
        timeout: 'No answer in time: try again, or give it longer with --request-timeout=2m',
      }[kind],
    ],
  }),
  'server.error': ({ status, reason, message, request }) => ({
    text: `the API server answered ${status}${reason === '' ? '' : ` ${reason}`} to ${request}`,
    lines: message === '' ? [] : [message],
    next: ['Try again; if it stays:  kubectl get --raw /readyz?verbose'],
  }),
  'server.rejected': ({ message, request, causes }) => ({
    text: `the API server refuses ${request}`,
    lines: [message, ...causes],
    next: ['Correct what it names, then plan again'],
  }),
  'server.conflict': ({ object, message }) => ({ text: `${object} was changed by someone else in the meantime`, lines: [message], next: ['Plan again and look at the difference'] }),
} satisfies Partial<ErrorMessages>;
