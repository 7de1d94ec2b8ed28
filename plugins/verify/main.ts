import { runPlugin } from '../../lib/cli/run-plugin.ts';

await runPlugin({
  name: 'verify',
  summary: 'Prove that pods, queues, series and uploads are whole again',
  commands: [],
  notBuiltYet: 'check roll-outs, remote write, continuity of series, alerts and block uploads, each with its evidence.',
});
