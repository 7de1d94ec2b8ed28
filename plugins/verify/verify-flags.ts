import type { ArgsOf } from '../../lib/cli/define-command.ts';
import type { FlagTable } from '../../lib/cli/flag.ts';
import { choice, duration, text, words } from '../../lib/cli/flag-values.ts';
import { clusterFlags, commonFlags } from '../../lib/cli/kubectl-flags.ts';

/** What is looked at, by which checks, in which clusters. */
export const lookFlags = {
  allNamespaces: { group: 'Target', alias: 'A', describe: 'All namespaces' },
  since: { group: 'Target', value: text('TIME'), describe: 'When the change ended: how long ago (10m), or a time (2026-11-22T03:12:00Z)' },
  run: { group: 'Target', value: text('RUN'), describe: 'The run whose change is to be proved: its namespaces, and when it ended' },
  clusters: { group: 'Target', value: words('all|GROUP'), describe: 'All clusters of config.yaml, else of the kubeconfig; or those of groups' },
  check: { group: 'Checks', value: words('CHECK'), describe: 'Only these checks' },
  gate: { group: 'Checks', value: words('CHECK'), describe: 'Only these decide the exit code; all that can be decided now when not given' },
  series: { group: 'Checks', value: text('SELECTOR'), fallback: 'up', describe: 'PromQL selector of the series whose continuity is looked at' },
  strict: { group: 'Checks', describe: 'Every check decides, and a warning counts as a failure' },
  stableFor: { group: 'Waiting', value: duration('30s'), fallback: '30s', describe: 'How long something must have been well to count as well' },
  ...commonFlags,
  ...clusterFlags,
  namespace: { ...clusterFlags.namespace, repeat: true, describe: 'Namespace to verify, may be repeated' },
  cluster: { ...clusterFlags.cluster, value: text('NAME,…'), describe: 'Clusters to use: names of config.yaml, contexts, or clusters of the kubeconfig' },
} as const satisfies FlagTable;

export type LookArgs = ArgsOf<typeof lookFlags>;

/** Flags of which one stands for what another says. */
export const lookExclusive = [['allNamespaces', 'namespace'], ['since', 'run'], ['allNamespaces', 'run'], ['clusters', 'cluster']] as const;

/** Flags of a verification. */
export const verifyFlags = {
  ...lookFlags,
  explain: { group: 'Checks', value: text('CHECK'), describe: 'All that one check found: what was measured, the rule, its source' },
  wait: { group: 'Waiting', describe: 'Look again until what decides is decided' },
  timeout: { group: 'Waiting', value: duration('10m', 1), fallback: '10m', describe: 'How long to look again at most' },
  for: { group: 'Waiting', value: duration('2m', 1), describe: 'Look again, and want all that decides well for so long' },
  output: { group: 'Output', alias: 'o', value: choice('table', 'wide', 'json', 'yaml', 'name', 'junit', 'markdown', 'html'), fallback: 'table', describe: 'Form of the output; junit, markdown and html are reports for others' },
} as const satisfies FlagTable;

/** Flags of watching. */
export const watchFlags = {
  ...lookFlags,
  every: { group: 'Waiting', value: duration('5s', 1000), fallback: '5s', describe: 'How long to wait between two looks' },
} as const satisfies FlagTable;
