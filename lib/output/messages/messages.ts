import type { ErrorCode, ErrorParams } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { MissingPermission } from '../../core/permission.ts';
import type { NoteCode, NoteParams } from '../../run/notes.ts';
import type { Step } from '../../run/plan.ts';
import type { CheckPhrases } from './check-phrases.ts';
import type { DiffPhrases } from './diff-phrases.ts';
import type { ObjectPhrases } from './object-phrases.ts';
import type { OwnerPhrases } from './owner-phrases.ts';
import type { SnapshotLabels } from './snapshot-labels.ts';
import type { VerifyPhrases } from './verify-phrases.ts';

/** One message for people: a sentence, evidence under it, and what to type next as the last lines. */
export interface Message {
  text: string;
  lines?: string[];
  next?: string[];
}

/** A note of a plan: the row it stands in, its sentence, and a command that goes with it. */
export interface NoteText {
  row: 'not-part' | 'put-back' | 'careful' | 'note' | 'dry-run';
  text: string;
  command?: string;
}

/** What a sentence may need besides its parameters. */
export interface Telling {
  now: Date;
}

export interface StepText {
  /** One word: `keep`, `patch`. */
  verb: string;
  text: string;
}

export interface PlanLabels {
  context: string;
  namespace: string;
  now: string;
  backTo: string;
  goTo: string;
  steps: string;
  notPart: string;
  putBack: string;
  careful: string;
  note: string;
  owner: string;
  doIt: string;
  pods(wanted: number, ready: number): string;
  /** Nothing above the target; who wrote it last. */
  unowned(writer: string | undefined, ago: string | undefined): string;
  /** None is known, and what may not be looked at could name one. */
  ownersUnread(missing: readonly MissingPermission[]): string;
  /** No mark proves an owner, and a program wrote it; `isLast`: nobody has written it since. */
  unmarked(program: string, ago: string | undefined, isLast: boolean): string;
  revision(number: number | undefined, hash: string): string;
  made(age: string): string;
  chosenBy(rule: string): string;
  nothingToDo(target: string, revision: string): string;
  repairOnly: string;
  dryRun(result: string): string;
  /** Follows what a wait step waits for. */
  waitLimits(stableFor: string, atMost: string): string;
}

export interface RunLabels {
  run: string;
  heading(targets: string[], revision: string | undefined): string;
  rolledBack(target: string, revision: string): string;
  reverted(target: string): string;
  unchanged(target: string, revision: string): string;
  closed(id: string): string;
  finished(took: string): string;
  evidenceIn(directory: string): string;
  /** The first use made a private key. */
  madeKey(path: string): string;
  startedBy(ago: string, who: string): string;
  /** What is to be looked at after a change. */
  proveThis(command: string): string;
  undoThis(command: string): string;
  /** At the end of an undo of what somebody above writes. */
  putBackLater(target: string, how: string): string;
  stopping: string;
  interruptedAtOnce(command: string | undefined): string;
  nothingChanged: string;
  goOnWith(command: string): string;
  noRuns: string;
  /** The cluster could not be asked, and why. */
  onlyThisMachine(why: string): string;
  noRevisions(namespace: string | undefined): string;
  columns: Record<'run' | 'state' | 'targets' | 'cluster' | 'by' | 'revision' | 'hash' | 'pods' | 'images' | 'changed' | 'age' | 'cause' | 'step' | 'result' | 'directory' | 'at' | 'verified', string>;
  runState: Record<string, string>;
  stepState: Record<string, string>;
  podState: Record<string, string>;
  oldRevision: string;
  morePods(count: number): string;
  currentMark: string;
  leftMark: string;
  /** Of a state in the list of an object: it is what is live; somebody verified it. */
  liveMark: string;
  verifiedMark: string;
  notRead(what: string, why: string): string;
  why: string;
  already: string;
}

/** What a question names, so that nobody says yes to the wrong cluster. */
export interface QuestionPlace {
  targets: string[];
  namespaces: string[];
  context: string;
  server: string;
}

export interface Questions {
  rollBack(where: QuestionPlace): string;
  restore(where: QuestionPlace): string;
  revert(where: QuestionPlace): string;
  restart(targets: readonly string[]): string;
  typeName(name: string): string;
  wrongName(name: string): string;
}

export interface CompletionLabels {
  installed(command: string, link: string): string;
}

export interface CaptureLabels {
  objects(number: number): string;
  /** Secrets and other objects whose credentials were encrypted. */
  sealed(secrets: number, others: number, recipients: number): string;
  /** Secrets were not read; so many other objects were kept without their content. */
  leftOut(others: number): string;
  took(what: string, seconds: string): string;
  complete: string;
  gaps(number: number): string;
  allNamespaces: string;
  keptIn(place: string): string;
  /** Commit of the work tree, and the tag that was made there. */
  atCommit(commit: string, tag: string | undefined): string;
  dirty: string;
  goBack(command: string): string;
  changed(command: string): string;
  applicationsUnread: string;
  /** There is a snapshot, of nothing. */
  empty: string;
  progress(done: number, lists: number, objects: number): string;
}

/** What each failure says. */
export type ErrorMessages = { [C in ErrorCode]: (params: ErrorParams[C]) => Message };

/** What each note of a plan says. */
export type NoteMessages = { [C in NoteCode]: (params: NoteParams[C], telling: Telling) => NoteText };

/** Every sentence of the product in one language. A code without its sentence does not compile. */
export interface Messages {
  language: string;
  error: string;
  errors: ErrorMessages;
  bug(detail: string): Message;
  /** A line on stderr before the command goes on. */
  uncheckedCertificate(server: string): string;
  notes: NoteMessages;
  owners: OwnerPhrases;
  objects: ObjectPhrases;
  diff: DiffPhrases;
  plan: PlanLabels;
  run: RunLabels;
  questions: Questions;
  completion: CompletionLabels;
  capture: CaptureLabels;
  snapshot: SnapshotLabels;
  checks: CheckPhrases;
  verify: VerifyPhrases;
  /** What a step will do. */
  planStep(step: Step, target: string): StepText;
  /** What a step is called while it runs, and what it brought when it is done. */
  runStep(step: Step): string;
  stepResult(step: Step, result: JsonObject): string;
  /** What is going on inside a step; undefined for codes that are drawn otherwise. */
  progress(code: string, params: JsonObject): string | undefined;
}
