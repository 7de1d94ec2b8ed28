import { checkPhrases, verifyErrors } from './en-checks.ts';
import { clusterChoiceErrors, verifyPhrases } from './en-verify.ts';
import { diff, diffErrors } from './en-diff.ts';
import { capture, captureErrors } from './en-capture.ts';
import { accessErrors, usageErrors } from './en-errors.ts';
import { runErrors, targetErrors } from './en-cluster-errors.ts';
import { notes } from './en-notes.ts';
import { owners } from './en-owners.ts';
import { objects } from './en-objects.ts';
import { restoreErrors, restoreNotes } from './en-restore.ts';
import { sharedRunErrors } from './en-shared-runs.ts';
import { snapshotErrors, snapshotLabels } from './en-snapshots.ts';
import { stateErrors } from './en-states.ts';
import { steps } from './en-steps.ts';
import type { CompletionLabels, Messages, PlanLabels, QuestionPlace, Questions, RunLabels } from './messages.ts';
import { listed, permissionText, quoted } from './phrases.ts';

const chosenBy: Record<string, string> = {
  asked: 'as asked',
  previous: 'the one before',
  'ready-pods': 'its Ready pods carry it',
  'longest-in-force': 'in force longest',
  current: 'in force already',
  'before-run': 'what was there before the run',
};

const plan: PlanLabels = {
  context: 'context',
  namespace: 'namespace',
  now: 'Now',
  backTo: 'Back to',
  goTo: 'Go to',
  steps: 'Steps',
  notPart: 'Not part of this',
  putBack: 'Put back by',
  careful: 'Careful',
  note: 'Note',
  owner: 'Owner',
  doIt: 'Do it:',
  pods: (wanted, ready) => `${wanted} ${wanted === 1 ? 'replica' : 'replicas'}, ${ready} ready`,
  unowned: (writer, ago) => `none above it${writer === undefined ? '' : `; template written by ${writer}${ago === undefined ? '' : ` ${ago} ago`}`}`,
  ownersUnread: (missing) => `not known: you may not ${listed(missing.map(permissionText), 'and')}`,
  unmarked: (program, ago, isLast) => `not known: nothing on it proves one; ${isLast ? 'last ' : ''}written by ${program}${ago === undefined ? '' : ` ${ago} ago`}`,
  revision: (number, hash) => (number === undefined ? `revision ${hash}` : `revision ${number} (${hash})`),
  made: (age) => `made ${age} ago`,
  chosenBy: (rule) => chosenBy[rule] ?? rule,
  nothingToDo: (target, revision) => `${target} is on ${revision} already and its pods too: nothing to do`,
  repairOnly: 'template stays, stuck pods are replaced',
  dryRun: (result) => `server dry run: ${result}`,
  waitLimits: (stableFor, atMost) => `, Ready for ${stableFor}, at most ${atMost}`,
};

const run: RunLabels = {
  run: 'run',
  heading: (targets, revision) => `${listed(targets, 'and')}${revision === undefined ? '' : ` → ${revision}`}`,
  rolledBack: (target, revision) => `${target} rolled back to ${revision}`,
  reverted: (target) => `${target} put back to what it was before the run`,
  unchanged: (target, revision) => `${target} unchanged: it is on ${revision} already`,
  closed: (id) => `run ${id} closed: what it did stays`,
  finished: (took) => `took ${took}`,
  evidenceIn: (directory) => `evidence in ${directory}`,
  madeKey: (path) => `Made a key for what is kept of Secrets and credentials: ${path}\nWithout it nobody opens them here. Keep a copy elsewhere; let others open them too:  kubectl snapshot key add-recipient AGE1…`,
  startedBy: (ago, who) => `started ${ago} ago by ${who}`,
  proveThis: (command) => `Prove that it is whole:  ${command}`,
  undoThis: (command) => `Back to the state before this run:  ${command}`,
  putBackLater: (target, how) => `${target} will be put back ${how}`,
  stopping: 'Stopping; a write that has begun is finished first. Ctrl-C again ends at once.',
  interruptedAtOnce: (command) => (command === undefined ? 'Stopped at once. Nothing was changed.' : `Stopped at once; what is done stays. Go on with:  ${command}`),
  nothingChanged: 'Nothing was changed.',
  goOnWith: (command) => `Go on with:  ${command}`,
  noRuns: 'No runs on this machine yet.',
  onlyThisMachine: (why) => `The cluster could not be asked; this is what this machine knows. (${why})`,
  noRevisions: (namespace) => `No workload with revisions in ${namespace === undefined ? 'any namespace' : `namespace ${namespace}`}.`,
  columns: {
    run: 'RUN',
    state: 'STATE',
    targets: 'TARGETS',
    cluster: 'CONTEXT',
    by: 'BY',
    revision: 'REVISION',
    hash: 'HASH',
    pods: 'PODS',
    images: 'IMAGES',
    changed: 'CHANGED',
    age: 'AGE',
    cause: 'CHANGE-CAUSE',
    step: 'STEP',
    result: 'RESULT',
    directory: 'DIRECTORY',
    at: 'AT',
    verified: 'VERIFIED',
  },
  runState: {},
  stepState: { pending: 'to do', intended: 'begun' },
  podState: {
    ready: 'Ready, not long enough yet',
    stable: 'Ready',
    'not-ready': 'not Ready',
    terminating: 'terminating',
    missing: 'not there yet',
    evicted: 'evicted, its successor is starting',
    waiting: 'waiting',
  },
  oldRevision: 'old revision',
  morePods: (count) => `and ${count} more pods`,
  currentMark: '* in force now',
  liveMark: 'as it is now',
  verifiedMark: 'good',
  notRead: (what, why) => `not looked at: ${what} (${why})`,
  leftMark: 'left by an undo',
  why: 'Stopped:',
  already: 'already so',
};

const placeText = ({ targets, namespaces, context, server }: QuestionPlace) => {
  const where = namespaces.length === 0 ? '' : ` in namespace ${listed(namespaces, 'and')}`;
  return `${listed(targets, 'and')}${where} of context ${context} (${server})`;
};

const questions: Questions = {
  rollBack: (place) => `Roll back ${placeText(place)}?`,
  restore: (place) => `Restore ${placeText(place)}?`,
  revert: (place) => `Put back the state before the run, the bad one, of ${placeText(place)}?`,
  restart: (targets) => `Restart who reads it only at its start: ${listed(targets, 'and')}?`,
  typeName: (name) => `Type ${quoted(name)} to go on:`,
  wrongName: (name) => `that is not ${quoted(name)}`,
};

const completion: CompletionLabels = {
  installed: (command, link) => `TAB completes ${command} where kubectl's own completion is on; link: ${link}`,
};

/** English: the language of the product, and of every sentence inside JSON. */
export const english: Messages = {
  language: 'en',
  error: 'error',
  errors: { ...usageErrors, ...accessErrors, ...targetErrors, ...runErrors, ...sharedRunErrors, ...snapshotErrors, ...stateErrors, ...captureErrors, ...diffErrors, ...restoreErrors, ...verifyErrors, ...clusterChoiceErrors },
  uncheckedCertificate: (server) => `warning: the certificate of ${server} is not checked (insecure-skip-tls-verify): anyone on the way can read and change the requests`,
  bug: (detail) => ({ text: `this is a bug in Retrace: ${detail}`, next: ['Add -v=1 to see where, and please report it with that output'] }),
  notes: { ...notes, ...restoreNotes },
  owners,
  diff,
  plan,
  run,
  objects,
  questions,
  completion,
  capture,
  snapshot: snapshotLabels,
  checks: checkPhrases,
  verify: verifyPhrases,
  ...steps,
};
