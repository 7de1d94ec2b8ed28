import type { StateOffer } from '../../core/errors.ts';
import type { ErrorMessages } from './messages.ts';
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
    lines: [...(states.length > 0 ? states.map(offerLine) : ["no snapshot holds it, kubectl's last-applied annotation and a Helm manifest do not differ from it, and no run has changed it"]), 'Nothing was changed.'],
    next: [...(states.some(({ live }) => !live) ? [`To choose one all the same:  ${command} --to=${states.find(({ live }) => !live)!.to}`] : []), 'For the next time:  kubectl snapshot create'],
  }),
  'state.ambiguous': ({ target, states, command }) => ({
    text: `${target} has been in different states; which one was good cannot be known from here`,
    lines: [...states.map(offerLine), 'Nothing was changed.'],
    next: [`Choose one:  ${command} --to=${states.find(({ live }) => !live)?.to ?? 'snapshot:ID'}`],
  }),
  'state.unknown': ({ target, asked, states, command }) => ({
    text: `--to: there is no ${quoted(asked)} for ${target}`,
    lines: [...states.map(offerLine), 'Nothing was changed.'],
    next: states.length > 0 ? [`One of these:  ${command} --to=${states[0]!.to}`] : ['For the next time:  kubectl snapshot create'],
  }),
} satisfies Partial<ErrorMessages>;
