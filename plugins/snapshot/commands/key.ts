import { defineCommand } from '../../../lib/cli/define-command.ts';
import { commonFlags, outputFlags } from '../../../lib/cli/kubectl-flags.ts';
import { identityFlags } from '../../../lib/cli/repository-flags.ts';
import { RetraceError } from '../../../lib/core/errors.ts';

const actions = ['show', 'add-recipient', 'export'] as const;

export const key = defineCommand({
  name: 'key',
  summary: 'The age keys that Secrets in snapshots are encrypted for: show them, add a public key, copy your private one',
  details:
    'show: your public key and those of recipients.txt. add-recipient age1…: encrypt for it too, from the next snapshot on; a note may follow. export FILE: a copy of your private key, to keep elsewhere or take to another machine. ' +
    'A private key is never printed.',
  positional: { name: 'ACTION', required: true, many: true, describe: 'show, add-recipient age1… [NOTE], or export FILE' },
  flags: { ...identityFlags, ...outputFlags, ...commonFlags },
  examples: [
    { describe: 'Who can open my snapshots?', command: 'kubectl snapshot key show' },
    { describe: 'Let the team open them too', command: 'kubectl snapshot key add-recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p team' },
  ],
  exitCodes: [11],
  async run(args, env) {
    const [action, ...rest] = args.words;
    const { addKey, exportKey, showKeys } = await import('../keys.ts');
    const command = `kubectl snapshot key ${action}`;
    if (!actions.some((known) => known === action)) throw new RetraceError('usage.value', { flag: 'key', value: action ?? '', expected: `one of ${actions.join(', ')}` });
    if (action === 'show') {
      if (rest.length > 0) throw new RetraceError('usage.flags', { detail: `unexpected ${JSON.stringify(rest[0])}`, command: 'kubectl snapshot key' });
      return showKeys(args, env);
    }
    if (rest[0] === undefined) throw new RetraceError('usage.missing-target', { command: `${command} ${action === 'export' ? 'FILE' : 'age1…'}` });
    if (action === 'add-recipient') return addKey(rest[0], rest.slice(1).join(' ') || undefined, args, env);
    if (rest.length > 1) throw new RetraceError('usage.flags', { detail: `unexpected ${JSON.stringify(rest[1])}`, command: 'kubectl snapshot key' });
    return exportKey(rest[0], args, env);
  },
});
