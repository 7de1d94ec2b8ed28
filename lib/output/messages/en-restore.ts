import { objects } from './en-objects.ts';
import type { ErrorMessages, NoteMessages, NoteText } from './messages.ts';
import { listed, someText } from './phrases.ts';

const careful = (text: string): NoteText => ({ row: 'careful', text });
const noteOf = (text: string): NoteText => ({ row: 'note', text });

/** English sentences of the failures of a restore. */
export const restoreErrors = {
  'snapshot.other-cluster': ({ id, snapshotContext, snapshotServer, server }) => ({
    text: `snapshot ${id} is of another cluster than ${server}`,
    lines: [`it was taken of context ${snapshotContext} (${snapshotServer})`],
    next: ['Name that cluster with --context, or, to bring its objects here:  --to-other-cluster'],
  }),
  'snapshot.incomplete': ({ id, gaps }) => ({
    text: `snapshot ${id} is not complete`,
    lines: gaps.map((gap) => `not in it: ${gap}`),
    next: ['To restore what it has:  --incomplete'],
  }),
  'restore.refused': ({ refused, done }) => ({
    text: `${refused.length === 1 ? refused[0]!.target : `${refused.length} objects`} ${refused.length === 1 ? 'was' : 'were'} not restored`,
    lines: [...refused.slice(0, 10).map(({ target, reason }) => `${target}   ${objects.reason(reason)}`), ...(refused.length > 10 ? [`and ${refused.length - 10} more`] : [])],
    next: [done ? 'Everything else is restored.' : 'Nothing was changed.'],
  }),
  'usage.one-namespace': ({ namespaces }) => ({
    text: `--as-new-namespace takes the objects of one namespace, and these are of ${namespaces.length === 0 ? 'none' : listed(namespaces, 'and')}`,
    next: ['Name the one:  -n NAMESPACE'],
  }),
  'usage.namespace-exists': ({ name }) => ({ text: `--as-new-namespace: there is a namespace ${name} already`, next: ['Take another name, or restore without --as-new-namespace'] }),
} satisfies Partial<ErrorMessages>;

/** English sentences of what a restore notes. */
export const restoreNotes = {
  'restore-other-cluster': ({ context, server }) => careful(`the snapshot is of another cluster: context ${context} (${server})`),
  'restore-incomplete': ({ gaps }) => careful(`the snapshot lacks ${someText(gaps)}`),
  'restore-omitted': ({ objects: names }) => careful(`contents of ${someText(names)} were not kept in the snapshot: they stay as they are`),
  'restore-without-secrets': ({ objects: names }) => noteOf(`${someText(names)} ${names.length === 1 ? 'stays as it is' : 'stay as they are'}: --secrets=skip`),
  'restore-added': ({ objects: names }) => noteOf(`added since, and left: ${someText(names)}; --delete-added deletes ${names.length === 1 ? 'it' : 'them'}`),
  'restore-untried': ({ objects: count }) => noteOf(`${count} ${count === 1 ? 'object' : 'objects'} could not be tried beforehand: the namespace or the type comes with this restore`),
  'replicas-kept': ({ targets }) => noteOf(`an autoscaler sets the replicas of ${listed(targets, 'and')}: they stay as they are now`),
  untried: () => noteOf('not tried on the server; --dry-run=server does'),
  'restore-not-awaited': ({ target, command }) => ({ ...careful(`${target} is paused in what is written: it rolls out once it is resumed, and is not waited for`), command }),
  'restore-deletes': ({ objects: names }) => careful(`DELETES ${someText(names)}`),
  'restore-wide': ({ objects: count, namespaces }) => careful(`writes ${count} objects${namespaces.length > 1 ? ` in ${namespaces.length} namespaces` : ''}`),
} satisfies Partial<NoteMessages>;
