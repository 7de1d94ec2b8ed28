import type { ErrorMessages } from './messages.ts';
import { listed, quoted } from './phrases.ts';
import type { SnapshotLabels } from './snapshot-labels.ts';

const tryNear = (near: string[]) => (near.length > 0 ? [`Did you mean ${listed(near, 'or')}?`] : []);

/** English sentences of the failures that have to do with snapshot files, their keys and the place where they are kept. */
export const snapshotErrors = {
  'snapshot.corrupt': ({ name, part, detail }) => ({
    text: `snapshot ${name} is damaged (${part}): ${detail}`,
    lines: ['Nothing of it was used.'],
    next: ['Take another one:  kubectl snapshot list', 'Or bring a copy of this file back, and look at it with:  kubectl snapshot check'],
  }),
  'snapshot.newer-format': ({ name, format }) => ({
    text: `snapshot ${name} was written by a newer Retrace (format ${format}; this one reads format 1)`,
    next: ['Use that version, or a newer one'],
  }),
  'snapshot.wrong-identity': ({ name, recipients }) => ({
    text: `no key at hand opens the encrypted part of snapshot ${name}`,
    lines: ['encrypted for', ...recipients.map((recipient) => `  ${recipient}`)],
    next: ['Name the file with the private key of one of them:  --identity=FILE'],
  }),
  'snapshot.not-found': ({ id, place, known, near }) => ({
    text: `there is no snapshot ${quoted(id)} in ${place}`,
    lines: known.length > 0 ? [`newest: ${known.join(', ')}`] : ['it holds no snapshot at all'],
    next: [...tryNear(near), 'All of them:  kubectl snapshot list'],
  }),
  'snapshot.exists': ({ id, place }) => ({ text: `${place} has a snapshot ${id} already`, lines: ['It was left as it is.'], next: ['Try again: the next one gets another name'] }),
  'repository.config': ({ source, member, detail }) => ({
    text: `${source}${member === '' ? '' : `, ${member}`}: ${detail}`,
    next: ["Name a file in the form of Thanos' objstore.yml:  --repo-config=FILE", 'Or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and AWS_ENDPOINT_URL for another server than Amazon'],
  }),
  'repository.no-bucket': ({ bucket, endpoint }) => ({ text: `${endpoint} has no bucket ${quoted(bucket)}`, next: ['Make it there, or name another:  --repo=s3://BUCKET/PREFIX'] }),
  'repository.denied': ({ place, endpoint, detail }) => ({
    text: `${endpoint} does not let us into ${place}: ${detail}`,
    next: ['Check keys and region in --repo-config=FILE, or in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION'],
  }),
  'repository.unreachable': ({ place, endpoint, detail }) => ({ text: `cannot reach ${place} at ${endpoint}: ${detail}`, next: ['Check the endpoint, the network and VPN, and try again'] }),
  'repository.full': ({ place, endpoint, detail }) => ({
    text: `${endpoint} has no room for more in ${place}: ${detail}`,
    lines: ['Nothing of it was kept there.'],
    next: [`See what could go:  kubectl snapshot prune --keep-daily=7 --dry-run=client --repo=${place}`, 'Or make room on the server, and try again'],
  }),
  'snapshot.check-failed': ({ ids, checked }) => ({
    text: `${ids.length} of ${checked} ${checked === 1 ? 'snapshot' : 'snapshots'} cannot be used: ${listed(ids, 'and')}`,
    next: ['Bring copies of them back, or take new ones:  kubectl snapshot create'],
  }),
  'prune.empty-policy': ({ command }) => ({ text: 'nothing says what to keep', lines: ['Nothing was changed.'], next: [`Add at least one rule:  ${command} --keep-last=10 --keep-daily=14`] }),
  'prune.unreadable': ({ place, ids }) => ({
    text: `${place} holds files whose age and cluster cannot be read: ${listed(ids, 'and')}`,
    lines: ['Nothing was changed.'],
    next: ['See why:  kubectl snapshot check', 'To keep them and go on with the others, add --ignore-unreadable'],
  }),
  'identity.missing': ({ path }) => ({
    text: `there is no private key to open Secrets with: ${path} does not exist`,
    next: ['Name one with --identity=FILE or SOPS_AGE_KEY_FILE=FILE', 'Or bring the file from the machine that made the snapshot'],
  }),
  'identity.broken': ({ path, line, detail }) => ({
    text: `${path}${line > 0 ? `, line ${line}` : ''}: ${detail}`,
    next: ['Expected lines that begin with AGE-SECRET-KEY-1, as age-keygen writes them; # begins a comment'],
  }),
  'recipient.broken': ({ path, line, detail }) => ({
    text: `${path}${line > 0 ? `, line ${line}` : ''}: ${detail}`,
    next: ['Expected a public key that begins with age1, as age-keygen -y prints it'],
  }),
} satisfies Partial<ErrorMessages>;

const because: SnapshotLabels['because'] = {
  last: 'one of the last',
  hourly: 'newest of its hour',
  daily: 'newest of its day',
  weekly: 'newest of its week',
  monthly: 'newest of its month',
  yearly: 'newest of its year',
  within: 'young enough',
  tag: 'its tag',
  'newest-complete': 'the newest complete one',
  'run-open': 'its run can still be resumed or reverted',
  'run-unknown': 'its run is not known on this machine',
};

const count = (number: number, one: string) => `${number} ${number === 1 ? one : `${one}s`}`;

/** English words around snapshots. */
export const snapshotLabels: SnapshotLabels = {
  columns: {
    id: 'ID',
    age: 'AGE',
    cluster: 'CLUSTER',
    scope: 'SCOPE',
    objects: 'OBJECTS',
    secrets: 'SECRETS',
    size: 'SIZE',
    state: 'STATE',
    tags: 'TAGS',
    by: 'BY',
    result: 'RESULT',
    sealed: 'SECRETS',
    detail: 'DETAIL',
    action: 'ACTION',
    why: 'WHY',
    type: 'TYPE',
  },
  onlyThisMachine: 'Of the runs of this machine. What another machine\'s run found is in the cluster:  kubectl rollback runs, then revert RUN',
  none: (place) => `No snapshots in ${place} yet.`,
  scope: ({ namespaces, selector, kinds, withoutKinds }) =>
    [
      namespaces === undefined ? 'all namespaces' : namespaces.join(','),
      ...(selector === undefined ? [] : [`-l ${selector}`]),
      ...(kinds === undefined ? [] : [`only ${kinds.join(',')}`]),
      ...(withoutKinds === undefined ? [] : [`without ${withoutKinds.join(',')}`]),
    ].join('; '),
  state: ({ complete, gaps, purpose, runId }) =>
    `${complete ? 'complete' : `incomplete, ${count(gaps.length, 'gap')}`}${purpose === 'snapshot' ? '' : `; ${purpose === 'safety' ? 'before' : 'wanted by'} run ${runId ?? '?'}`}`,
  secrets: ({ secrets, counts, recipients }) =>
    secrets === 'none'
      ? 'none'
      : secrets === 'encrypted'
        ? `${counts.sealed} encrypted for ${count(recipients.length, 'key')}`
        : secrets === 'omitted'
          ? `not read${counts.sealed > 0 ? `, ${counts.sealed} more left out` : ''}`
          : `${counts.sealed} in plain text`,
  unreadable: 'cannot be read',
  taken: (ago, who) => `taken ${ago} ago by ${who}`,
  cluster: (name, server) => `${name} (${server})`,
  objects: (objects, owned) => `${count(objects, 'object')}${owned === 0 ? '' : `, ${owned} of them made by controllers`}`,
  encryptedFor: 'Encrypted for',
  missing: 'Missing',
  inForce: 'In force',
  git: ({ commit, tag, dirty }) => `git ${tag === undefined ? '' : `${tag} `}${commit}${dirty ? ', with changes that are not committed' : ''}`,
  result: { ok: 'ok', damaged: 'DAMAGED', unreadable: 'CANNOT BE READ' },
  sealed: { opened: 'opened', unopened: 'whole, not opened', none: 'none', omitted: 'left out', plain: 'in plain text' },
  dangling: (count) => `refers to ${count} ${count === 1 ? 'object' : 'objects'} that it does not hold`,
  danglingWhy: 'Not in it, and needed: a restore into nothing would miss them. They were not there, or a selector left them out.',
  neededBy: (from) => `needed by ${from}`,
  unopened: 'Where it says "not opened" every byte is as it was written, but no key at hand opens the Secrets: add --identity=FILE to try one.',
  keep: 'keep',
  remove: 'remove',
  because,
  filesOfRuns: 'files of runs',
  nothingToRemove: 'Nothing to remove.',
  wouldRemove: (number, size) => `${count(number, 'snapshot')} would be removed, ${size}. Nothing was removed.`,
  removed: (number, size) => `${count(number, 'snapshot')} removed, ${size}`,
  askRemove: (number, size, place) => `Remove ${count(number, 'snapshot')}, ${size}, from ${place} for good?`,
  key: {
    none: (path) => `No key yet. The first snapshot makes one: ${path}`,
    identity: (source) => `yours, private part in ${source}`,
    recipient: (path) => `from ${path}`,
    added: (recipient, path) => `${recipient} added to ${path}: snapshots from now on are encrypted for it too, older ones are not`,
    there: (recipient, path) => `${recipient} is in ${path} already`,
    exported: (path) => `The private key is in ${path} now, for its owner alone. Who has it can read the Secrets of your snapshots.`,
  },
};
