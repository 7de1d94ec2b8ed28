import type { DiffPhrases } from './diff-phrases.ts';
import type { ErrorMessages } from './messages.ts';
import { listed, permissionText } from './phrases.ts';

const many = (count: number, one: string, more = `${one}s`) => `${count} ${count === 1 ? one : more}`;

const restartText: Record<string, string> = { needed: 'needs a restart', perhaps: 'may need a restart', 'not-needed': 'reads it live' };

const leftOutText: Record<string, string> = {
  credential: 'hold credentials: --with-secrets writes them, in plain text',
  locked: 'hold credentials that no key at hand opens: name one with --identity=FILE',
  omitted: 'hold credentials that the snapshot was taken without',
  owned: 'are made by controllers from other objects',
  'made-by-server': 'are made by the cluster itself',
  token: 'are tokens that the cluster issues',
  'helm-release': 'are revisions of Helm releases: name them to have them',
  own: 'are records of Retrace itself',
};

/** English words about differences and exports. */
export const diff: DiffPhrases = {
  moreLines: (count) => `… ${many(count, 'more line', 'more lines')} (-o wide shows them)`,
  moreChanges: (count) => `… ${many(count, 'more change', 'more changes')} (-o wide shows them)`,
  noLastNewline: '(no newline at the end)',
  side: (snapshot, age) => (snapshot === undefined ? 'now' : `${snapshot} (${age} ago)`),
  keysChanged: (count) => `${many(count, 'key')} changed`,
  fieldsChanged: (count) => `${many(count, 'field')} changed`,
  valuesNotShown: 'values not shown',
  added: 'added since',
  gone: 'gone since',
  unknown: (why) => (why === 'sealed' ? 'not known: it was written, and no key at hand opens its values' : 'not known: one side did not look at it, or could not'),
  ownedToo: (count) => `${many(count, 'object')} that controllers make from others ${count === 1 ? 'differs' : 'differ'} too (-o wide lists them)`,
  counts: ({ changed, added, gone, unknown }) => [`${changed} changed`, `${added} added`, `${gone} gone`, ...(unknown > 0 ? [`${unknown} not known`] : [])].join(', '),
  same: (compared) => `No difference in ${many(compared, 'object')}.`,
  otherCluster: (from, to) => `warning: the snapshot is of another cluster: ${from}; compared with ${to}`,
  locked: (count, why) => `${many(count, 'object')} with credentials ${count === 1 ? 'is' : 'are'} compared by size and version alone: ${why}`,
  gap: (side, what) => `${side}: ${what} could not be read`,
  leftOut: (why, count, names) => `Left out, for they ${leftOutText[why] ?? why}: ${listed([...names, ...(count > names.length ? [`${count - names.length} more`] : [])], 'and')}`,
  written: (count, path) => `${many(count, 'object')} written to ${path}`,
  usedBy: (users, more) => `used by ${listed([...users.map(({ name, restart, isLater }) => `${name} (${isLater ? 'reads it at its next use' : restartText[restart]})`), ...(more > 0 ? [`${more} more`] : [])], 'and')}`,
  unreadUsers: (missing, why) => `who uses what changed is not ${why === undefined ? `all known: you may not ${listed(missing.map(permissionText), 'and')}` : `known: ${why}`}`,
};

const tryNear = (near: string[]) => (near.length > 0 ? [`Did you mean ${listed(near, 'or')}?`] : []);

/** English sentences of failures of comparing and exporting. */
export const diffErrors = {
  'snapshot.no-such-object': ({ id, target, near }) => ({ text: `snapshot ${id} has no ${target}`, next: [...tryNear(near), `What it has:  kubectl snapshot show ${id}`] }),
  'diff.differs': ({ changed, added, gone, unknown }) => ({ text: `the states differ: ${changed} changed, ${added} added, ${gone} gone, ${unknown} not known`, lines: ['The exit code says so because of --exit-code.'] }),
  'diff.unknown': ({ unknown }) => ({ text: `no difference is seen, but ${unknown} ${unknown === 1 ? 'object' : 'objects'} could not be compared`, lines: ['The exit code says so because of --exit-code.'] }),
  'export.exists': ({ path, isDirectory }) => ({
    text: isDirectory ? `directory ${path} is not empty: what is not of this snapshot would stay among its files` : `${path} exists already`,
    lines: ['Nothing was written.'],
    next: [isDirectory ? 'Name a directory that is new or empty' : 'Name another file, or remove this one'],
  }),
} satisfies Partial<ErrorMessages>;
