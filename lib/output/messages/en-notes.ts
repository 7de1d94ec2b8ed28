import { formatDuration } from '../../core/durations.ts';
import type { NoteMessages, NoteText, Telling } from './messages.ts';
import { dependentText } from './en-dependents.ts';
import { owners } from './en-owners.ts';
import { stateNotes } from './en-states.ts';
import { listed, quoted } from './phrases.ts';

const careful = (text: string): NoteText => ({ row: 'careful', text });
const noteOf = (text: string): NoteText => ({ row: 'note', text });
const ago = (at: string, { now }: Telling) => `${formatDuration(now.getTime() - Date.parse(at))} ago`;
const pods = (names: readonly string[]) => (names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more pods` : listed(names, 'and'));

const voidText: Record<string, string> = {
  'names-another': 'its tracking-id names another object',
  'no-release': 'there is no such Helm release',
  'not-in-release': 'the newest manifest of that Helm release does not hold it',
  'not-listed': 'that Application does not list it',
};

/** English sentences of what a plan notes. */
export const notes = {
  'last-applied': ({ target }) =>
    noteOf(`kubectl's last-applied annotation of ${target} stays as it is, which is not this revision: correct the manifest too, or the next kubectl apply merges from it (kubectl#1301)`),
  'put-back-by': ({ how }) => ({
    row: 'put-back',
    text: how === 'kubectl-apply' ? 'the next kubectl apply of the manifest that was applied last, or whatever runs it' : `${how}, which wrote it last`,
  }),
  'reference-changed': ({ kind, name, changedAt, usedAs }, telling) => ({
    row: 'not-part',
    text: `${kind.toLowerCase()}/${name} (${usedAs}) changed ${ago(changedAt, telling)}, after that revision was made; it stays as it is`,
  }),
  'reference-unknown': ({ kind, name, detail }) => careful(`${kind.toLowerCase()}/${name} could not be looked at: ${detail}`),
  partition: ({ partition, replicas }) => careful(`partition ${partition}: of ${replicas} pods, ordinals below ${partition} keep the revision they have`),
  'on-delete': ({ pods: names }) => careful(`strategy OnDelete: ${pods(names)} ${names.length === 1 ? 'changes only when somebody deletes it' : 'change only when somebody deletes them'}`),
  'previous-differs': ({ previous, chosen }) => noteOf(`kubectl rollout undo would take revision ${previous}, not ${chosen}; for that one: --to=previous`),
  'rule-differs': ({ previous, ruled }) => careful(`previous is revision ${previous}; the rules would choose ${ruled}: leave --to away for that one`),
  'goes-back-to-left': ({ revision, runId }) => careful(`revision ${revision} is one that ${runId === undefined ? 'an earlier undo' : `run ${runId}`} went away from`),
  'recreate-strategy': ({ replicas }) => careful(`strategy Recreate: all ${replicas} pods stop before the first new one starts`),
  'replicas-changed': ({ now, previous, manager, at }, telling) => ({
    row: 'not-part',
    text: `replicas were set to ${now}${previous === undefined ? '' : ` (${previous} before)`} by ${manager} ${ago(at, telling)}; add --replicas=${previous ?? 'N'} to take that back too`,
  }),
  'replicas-driven': ({ by, min, max }) => ({ row: 'put-back', text: `replicas: ${by} drives them between ${min} and ${max}` }),
  'scale-down': ({ ordinals, claims, whenScaled }) =>
    careful(
      `stops ${ordinals.length === 1 ? 'ordinal' : 'ordinals'} ${ordinals.join(', ')}; ` +
        (whenScaled === 'Delete' ? `DELETES the data of ${listed(claims, 'and')} (whenScaled: Delete)` : `keeps ${listed(claims, 'and') || 'no claims'}`),
    ),
  'repair-only': ({ pods: names }) => noteOf(`the template is right already; only ${pods(names)} ${names.length === 1 ? 'is' : 'are'} replaced`),
  'will-evict': ({ pods: names, how }) => noteOf(`${how === 'evict' ? 'evicts' : 'deletes'} ${pods(names)} where it blocks the roll-out (kubernetes#67250)`),
  'stuck-stays': ({ pods: names }) => careful(`${pods(names)} may block the roll-out and stay, because of --stuck-pods=never`),
  'budget-blocks': ({ budget, pods: names }) => careful(`disruption budget ${budget} allows no eviction of ${pods(names)} now`),
  'parallel-regression': ({ serverVersion }) => careful(`Kubernetes ${serverVersion} counts broken old pods under Parallel (kubernetes#137409): the roll-out may not move by itself`),
  'revert-is-bad': ({ runId, target }) => careful(`this takes ${target} back to what it was before run ${runId}: the state that the run went away from`),
  'pre-images-recovered': ({ runId }) => noteOf(`no key at hand opened what run ${runId} keeps on this machine: the copy in the cluster was taken, and encrypted for the key at hand`),
  'not-looked-at': ({ permissions }) => careful(`not looked at, you may not: ${permissions.join('; ')}. What they would warn of is not known`),
  'permission-missing': ({ permissions }) => careful(`you may not: ${permissions.join('; ')}. The undo would refuse to start`),
  'owner-puts-back': ({ putBack }) => ({ row: 'put-back', text: owners.putBack(putBack) }),
  'owners-contested': ({ object }) => careful(`more than one owner claims ${object}; whoever writes last wins`),
  'owner-mark-void': ({ target, mark, why }) => noteOf(`${target} is marked as of ${quoted(mark)}; that does not count: ${voidText[why] ?? why}`),
  ...stateNotes,
  dependent: dependentText,
  'dry-run': ({ result, detail }) => ({
    row: 'dry-run',
    text: { ok: 'ok', 'not-allowed': 'not allowed to try', refused: 'REFUSED' }[result] + (detail === undefined ? '' : `: ${detail}`),
  }),
} satisfies Partial<NoteMessages>;
