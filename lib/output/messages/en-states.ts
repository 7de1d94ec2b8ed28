import { formatDuration } from '../../core/durations.ts';
import type { StateOffer } from '../../core/errors.ts';
import type { ErrorMessages, NoteMessages, Telling } from './messages.ts';
import { objects } from './en-objects.ts';
import { listed, minuteText, quoted } from './phrases.ts';

const mostPaths = 3;

function offerLine({ to, at, verified, live, changes }: StateOffer): string {
  const paths = changes.length > mostPaths ? [...changes.slice(0, mostPaths), `${changes.length - mostPaths} more`] : changes;
  const what = live ? 'as it is now' : `changes ${listed(paths, 'and')}`;
  return [to, ...(at === undefined ? [] : [minuteText(at)]), ...(verified ? ['verified good'] : []), what].join('   ');
}

/** English sentences about states that an object without revisions can go back to. */
export const stateErrors = {
  'state.none': ({ target, states, command }) => ({
    text: `there is nothing to go back to for ${target}`,
    lines: [...(states.length > 0 ? states.map(offerLine) : ["no snapshot holds it, kubectl's last-applied annotation and a Helm manifest do not differ from it, and no run of this machine has changed it"]), 'Nothing was changed.'],
    next: [...(states.some(({ live }) => !live) ? [`To choose one all the same:  ${command} --to=${states.find(({ live }) => !live)!.to}`] : []), 'For the next time:  kubectl snapshot create'],
  }),
  'state.ambiguous': ({ target, states, command }) => ({
    text: `${target} has been in different states; which one was good cannot be known from here`,
    lines: [...states.map(offerLine), 'Nothing was changed.'],
    next: [`Choose one:  ${command} --to=${states.find(({ live }) => !live)?.to ?? 'snapshot:ID'}`],
  }),
  'state.refused': ({ target, because }) => ({ text: `${target} cannot be written: ${objects.reason(because)}`, lines: ['Nothing was changed.'], next: ['Choose another state with --to=STATE; which there are:  kubectl rollback history ' + target] }),
  'state.of-workload': ({ targets, asked, command, history }) => ({
    text: `--to=${asked}: ${listed(targets, 'and')} ${targets.length === 1 ? 'goes' : 'go'} back by revisions that the cluster keeps`,
    lines: ['Nothing was changed.'],
    next: [`As it stood there, whole:  ${command}`, `Which revisions there are:  ${history}`],
  }),
  'state.unknown': ({ target, asked, states, command }) => ({
    text: `--to: there is no ${quoted(asked)} for ${target}`,
    lines: [...states.map(offerLine), 'Nothing was changed.'],
    next: states.length > 0 ? [`One of these:  ${command} --to=${states[0]!.to}`] : ['For the next time:  kubectl snapshot create'],
  }),
} satisfies Partial<ErrorMessages>;

const ruleText: Record<string, string> = {
  asked: 'as asked',
  'verified-good': 'the newest snapshot that was verified good and differs',
  'newest-snapshot': 'the newest snapshot that differs',
  'last-applied': 'nothing else differs from what is live',
  'helm-manifest': 'nothing else differs from what is live',
};

/** English sentences about the state that an object goes back to. */
export const stateNotes = {
  'state-chosen': ({ target, state, at, rule, agreeing, others }, { now }: Telling) => ({
    row: 'note',
    text:
      `${target} goes back to ${state}${at === undefined ? '' : `, as it was ${formatDuration(now.getTime() - Date.parse(at))} ago`}: ${ruleText[rule] ?? rule}` +
      (agreeing.length > 0 ? `; the same in ${listed(agreeing, 'and')}` : '') +
      (others.length > 0 ? `; another state is in ${listed(others, 'and')}` : ''),
  }),
  'state-gaps': ({ target, gaps }) => ({ row: 'careful', text: `not looked at for ${target}: ${gaps.join('; ')}. Another state may be there` }),
} satisfies Partial<NoteMessages>;
