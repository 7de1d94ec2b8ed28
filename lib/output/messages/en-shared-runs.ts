import type { ErrorMessages } from './messages.ts';
import { quoted, sizeText } from './phrases.ts';

/** English sentences of the failures that have to do with others who work in the same namespace. */
export const sharedRunErrors = {
  'run.locked': ({ namespace, holder, runId, since, until, isExpired, isSameRun, command }) => ({
    text: isSameRun ? `run ${runId} is being worked on by ${holder}` : `namespace ${namespace} is locked by ${runId === '' ? quoted(holder) : `run ${runId} of ${holder}`}`,
    lines: [`since ${since}`, isExpired ? `not renewed after ${until}` : `until ${until}, longer while it goes on`, ...(isSameRun ? [] : ['Nothing was changed.'])],
    next: [
      ...(runId === '' ? [] : [`Look at it:  ${command}`]),
      isExpired
        ? 'It has stopped: go on with it (resume), end it (close), or add --take-over'
        : isSameRun
          ? 'It can be gone on with here once its lock is no longer renewed'
          : 'Try again when it is finished',
    ],
  }),
  'run.lock-lost': ({ namespace, holder, byRun, since, command }) => ({
    text:
      holder === ''
        ? `the lock of namespace ${namespace} was given back by somebody else, who was here meanwhile or closed this run`
        : `the lock of namespace ${namespace} was taken by ${byRun === '' ? quoted(holder) : `run ${byRun} of ${holder}`}`,
    lines: [...(since === '' ? [] : [`since ${since}`]), 'What was done before stays.'],
    next: [`${holder === '' ? 'Look at what they did, then go on with' : 'When the other one is finished, go on with'}:  ${command}`],
  }),
  'run.pre-images-gone': ({ id, state, command }) => ({
    text: `run ${id} is ${state}, and what it found before it wrote is no longer in the cluster`,
    next: [`Revert it on the machine that it was done on, or choose a revision:  ${command}`],
  }),
  'pre-image.sealed': ({ path, recipients }) => ({
    text: `no key at hand opens what the run found before it wrote: ${path}`,
    lines: ['encrypted for', ...recipients.map((recipient) => `  ${recipient}`), 'The cluster has no copy of it that could be read.'],
    next: ['Name the file with the private key of one of them:  export SOPS_AGE_KEY_FILE=FILE', 'Or choose a revision to go to:  kubectl rollback history TYPE/NAME'],
  }),
  'pre-image.too-large': ({ bytes, limitBytes, namespace }) => ({
    text: `what this step is about to write to is ${sizeText(bytes)}; namespace ${namespace} keeps at most ${sizeText(limitBytes)} of it for other machines`,
    next: ['Change fewer objects at once', 'Or keep it on this machine alone:  --local-only'],
  }),
} satisfies Partial<ErrorMessages>;
