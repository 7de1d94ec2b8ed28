import type { FlagTable } from './flag.ts';
import { choice, requestTimeout, text, wholeNumber } from './flag-values.ts';

/** How to reach the API server and as whom: kubectl's names, kubectl's meaning. */
export const clusterFlags = {
  namespace: { group: 'Cluster', alias: 'n', value: text('NAME'), describe: 'Namespace of the targets' },
  kubeconfig: { group: 'Cluster', value: text('FILE'), describe: 'Kubeconfig file to use' },
  context: { group: 'Cluster', value: text('NAME'), describe: 'Kubeconfig context to use' },
  cluster: { group: 'Cluster', value: text('NAME'), describe: 'Cluster to use: a name of config.yaml, a context, or a cluster of the kubeconfig' },
  user: { group: 'Cluster', value: text('NAME'), describe: 'Kubeconfig user to use' },
  server: { group: 'Cluster', alias: 's', value: text('URL'), describe: 'Address of the API server' },
  token: { group: 'Cluster', value: text('TOKEN'), secret: true, describe: 'Bearer token; visible to other users of this machine, a kubeconfig is not' },
  as: { group: 'Cluster', value: text('USER'), describe: 'User to impersonate' },
  asGroup: { group: 'Cluster', value: text('GROUP'), repeat: true, describe: 'Group to impersonate, may be repeated' },
  asUid: { group: 'Cluster', value: text('UID'), describe: 'UID to impersonate' },
  requestTimeout: { group: 'Cluster', value: requestTimeout, describe: 'How long one request may take, 0 for no limit; 30s when not given' },
  certificateAuthority: { group: 'Cluster', value: text('FILE'), describe: 'CA certificate file for the API server' },
  clientCertificate: { group: 'Cluster', value: text('FILE'), describe: 'Client certificate file' },
  clientKey: { group: 'Cluster', value: text('FILE'), describe: 'Client key file' },
  tlsServerName: { group: 'Cluster', value: text('NAME'), describe: "Name to expect in the server's certificate" },
  insecureSkipTlsVerify: { group: 'Cluster', describe: "Do not check the server's certificate: anyone on the way can read and change the requests" },
} as const satisfies FlagTable;

/** Of every command. */
export const commonFlags = {
  v: { group: 'Other', value: wholeNumber('LEVEL', '6'), fallback: '0', describe: 'More talk; from 1 an unexpected error shows its stack' },
  noColor: { group: 'Output', describe: 'No colour, also on a terminal' },
  lang: { group: 'Output', value: choice('en', 'ko'), describe: 'Language of the text for people; LC_ALL, LC_MESSAGES and LANG otherwise' },
} as const satisfies FlagTable;

export const outputFlags = {
  output: {
    group: 'Output',
    alias: 'o',
    value: choice('table', 'wide', 'json', 'yaml', 'name'),
    fallback: 'table',
    describe: 'Form of the output',
  },
} as const satisfies FlagTable;

/** Of every command that may change something. */
export const safetyFlags = {
  yes: { group: 'Safety', alias: 'y', describe: 'Do not ask; wanted where there is no terminal' },
  confirm: { group: 'Safety', value: text('NAME'), describe: "Answer to a question that wants the target's name typed" },
  noInput: { group: 'Safety', describe: 'Never ask: end with exit code 2 where a question would come' },
} as const satisfies FlagTable;

export const dryRunFlags = {
  dryRun: { group: 'Safety', value: choice('none', 'server', 'client'), fallback: 'none', describe: 'server: show the plan, with each write tried on the server; client: without that; both change nothing' },
} as const satisfies FlagTable;

/** Why, for the record of the run. */
export const recordFlags = {
  reason: { group: 'Safety', value: text('TEXT'), describe: 'Why, kept in the record of the run' },
  ticket: { group: 'Safety', value: text('ID'), describe: 'Incident or ticket, kept in the record of the run' },
} as const satisfies FlagTable;
