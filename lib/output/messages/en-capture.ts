import type { CaptureLabels, ErrorMessages } from './messages.ts';
import { listed, permissionText, quoted } from './phrases.ts';

const count = (number: number, one: string, many = `${one}s`) => `${number.toLocaleString('en').replaceAll(',', ' ')} ${number === 1 ? one : many}`;

const gapReasons: Record<string, string> = {
  'access.forbidden': 'you may not read it',
  'api.unavailable': 'what serves this API does not answer',
  'server.unreachable': 'no answer in time',
};

const gapText = ({ what, why, detail }: { what: string; why: string; detail: string }) => `${what}: ${gapReasons[why] ?? (detail === '' ? why : detail)}`;

/** What `snapshot create` says. */
export const capture: CaptureLabels = {
  objects: (number) => count(number, 'object'),
  sealed: (secrets, others, recipients) => {
    const what = [...(secrets > 0 ? [count(secrets, 'Secret')] : []), ...(others > 0 ? [secrets > 0 ? count(others, 'other') : count(others, 'object')] : [])];
    return `${what.join(' and ')}${others > 0 ? ' with credentials' : ''} encrypted for ${count(recipients, 'recipient')}`;
  },
  leftOut: (others) => `Secrets not read${others > 0 ? `, ${count(others, 'object')} with credentials left out` : ''}`,
  took: (what, seconds) => `${what} in ${seconds} s`,
  complete: 'complete',
  gaps: (number) => count(number, 'gap'),
  allNamespaces: 'all namespaces',
  keptIn: (place) => `kept in ${place}`,
  atCommit: (commit, tag) => `commit ${commit}${tag === undefined ? '' : `, tag ${tag}`}`,
  dirty: 'the work tree has changes that are not committed: the commit is not all of what was deployed from it',
  goBack: (command) => `Go back to it:  ${command}`,
  changed: (command) => `See what changed since:  ${command}`,
  empty: 'careful: nothing matched, so there is nothing in it to go back to; look at -n, --selector and --kinds',
  applicationsUnread: 'Argo CD Applications of other namespaces may not be listed: which revisions they had synced here is not recorded',
  progress: (done, lists, objects) => `reading ${done} of ${lists} lists   ${count(objects, 'object')}`,
};

/** English sentences of the failures of a capture. */
export const captureErrors = {
  'api.unavailable': ({ groupVersion }) => ({ text: `what serves ${groupVersion} does not answer`, next: [`Look at it with:  kubectl get apiservice ${groupVersion.split('/').reverse().join('.')}`] }),
  'export.nothing': ({ objects, command }) => ({ text: `${listed(objects, 'and')} ${objects.length === 1 ? 'holds' : 'hold'} credentials: nothing was exported`, next: [`In plain text:  ${command}`] }),
  'snapshot.never-kept': ({ kind }) => ({
    text: `${kind} are never kept: they tell of a moment, or are made again by a controller`,
    next: ['Leave them out of --kinds'],
  }),
  'snapshot.nothing-readable': ({ user, namespaces, missing }) => ({
    text: namespaces.length === 0 ? `${quoted(user)} may list nothing in all namespaces` : `${quoted(user)} may list nothing in ${namespaces.length === 1 ? 'namespace' : 'namespaces'} ${listed(namespaces, 'and')}`,
    lines: [...missing.slice(0, 8).map(permissionText), ...(missing.length > 8 ? [`and ${missing.length - 8} more`] : []), 'Nothing was captured.'],
    next: [
      ...(namespaces.length === 0 ? ['Name the namespaces that you may read:  kubectl snapshot create -n NAMESPACE'] : []),
      'Ask for the role retrace-snapshot, or use another identity with --context=NAME, --user=NAME or --as=USER',
    ],
  }),
  'snapshot.gaps': ({ id, gaps, without }) => ({
    text: `${id} is kept, with ${count(gaps.length, 'gap')}`,
    lines: gaps.map(gapText),
    next: ['A restore from it wants --incomplete', ...(without.length > 0 ? [`Without them, knowingly:  add --without-kinds=${without.join(',')}`] : [])],
  }),
  'snapshot.not-tagged': ({ id, detail, command }) => ({ text: `${id} is kept, but the tag could not be made: ${detail}`, next: [`Make it yourself:  ${command}`] }),
  'git.failed': ({ directory, command, detail }) => ({ text: `${command} in ${directory} failed`, lines: [detail], next: ['Name a Git work tree with --git-dir=DIR'] }),
  'git.bad-tag': ({ tag }) => ({ text: `Git takes no tag of the name ${quoted(tag)}`, next: ['See:  git help check-ref-format'] }),
  'git.tag-exists': ({ tag, directory, commit }) => ({
    text: `${directory} has a tag ${quoted(tag)} already`,
    lines: [`it is at ${commit.slice(0, 12)}; tags are never moved`, 'Nothing was captured.'],
    next: ['Choose another name with --git-tag=NAME'],
  }),
} satisfies Partial<ErrorMessages>;
