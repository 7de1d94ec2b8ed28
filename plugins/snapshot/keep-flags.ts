import type { ArgsOf } from '../../lib/cli/define-command.ts';
import type { FlagTable } from '../../lib/cli/flag.ts';
import { duration, readWholeNumber, text, type FlagValue } from '../../lib/cli/flag-values.ts';
import type { KeepPolicy } from '../../lib/snapshot/retention.ts';

const count: FlagValue<number> = {
  placeholder: 'N',
  expected: 'a whole number, as 7, or unlimited',
  read: (value) => (value === 'unlimited' ? -1 : readWholeNumber(value)),
};

/** What prune keeps: restic's names, restic's meaning. */
export const keepFlags = {
  keepLast: { group: 'Keeping', value: count, describe: 'The last N snapshots' },
  keepHourly: { group: 'Keeping', value: count, describe: 'The newest of each hour, for the last N hours that have one' },
  keepDaily: { group: 'Keeping', value: count, describe: 'The newest of each day (UTC), for the last N days that have one' },
  keepWeekly: { group: 'Keeping', value: count, describe: 'The same by weeks, which begin on Monday' },
  keepMonthly: { group: 'Keeping', value: count, describe: 'The same by months' },
  keepYearly: { group: 'Keeping', value: count, describe: 'The same by years' },
  keepWithin: { group: 'Keeping', value: duration('30d'), describe: 'All that are younger than this, counted from the newest' },
  keepTag: { group: 'Keeping', value: text('NAME[=VALUE]'), repeat: true, describe: 'All with this tag, as verified=good; may be repeated' },
} as const satisfies FlagTable;

export function readPolicy(args: ArgsOf<typeof keepFlags>): KeepPolicy {
  const { keepLast: last, keepHourly: hourly, keepDaily: daily, keepWeekly: weekly, keepMonthly: monthly, keepYearly: yearly, keepWithin: withinMs, keepTag: tags } = args;
  return Object.fromEntries(Object.entries({ last, hourly, daily, weekly, monthly, yearly, withinMs, tags }).filter(([, value]) => value !== undefined));
}
