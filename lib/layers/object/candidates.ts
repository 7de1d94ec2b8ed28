import { RetraceError } from '../../core/errors.ts';
import type { StateOffer } from '../../core/errors.ts';
import type { ObjectChange } from '../../formats/object-diff.ts';
import type { KubeObject } from '../../kube/types.ts';
import type { WantedSource } from '../../run/plan.ts';

/** A state that an object can go back to. */
export interface StateCandidate {
  source: WantedSource;
  /** When it was so, RFC 3339; undefined where nobody noted it. */
  at: string | undefined;
  /** Somebody verified the state it is from. */
  isVerified: boolean;
  /** The whole object as it was; of a Secret with its values, so never to be printed or kept. */
  wanted: KubeObject;
  /** Equal exactly for states that mean the same. */
  digest: string;
  /** It is what is live. */
  isLive: boolean;
  /** From live to it; redacted. */
  changes: ObjectChange[];
}

/** What `--to` asks for. */
export type StateChoice = { kind: 'default' } | { kind: 'last-applied' } | { kind: 'snapshot' | 'run'; id: string } | { kind: 'helm'; revision: number };

/** Which rule chose: `asked`, `verified-good`, `newest-snapshot`, `last-applied`, `helm-manifest`. */
export interface ChosenState {
  candidate: StateCandidate;
  rule: string;
  /** Words of other sources that hold the same state. */
  agreeing: string[];
}

/**
 * Reads `--to` for an object without revisions.
 * @returns undefined when it means something else: a revision of a workload
 * @throws usage.value for a word that begins as one of these and does not go on so
 */
export function readStateChoice(word: string | undefined): StateChoice | undefined {
  if (word === undefined) return { kind: 'default' };
  if (word === 'last-applied') return { kind: 'last-applied' };
  const [, kind, value = ''] = /^(snapshot|run|helm):(.*)$/s.exec(word) ?? [];
  if (kind === undefined) return undefined;
  const isRight = kind === 'helm' ? /^[1-9]\d{0,8}$/.test(value) : /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value);
  if (!isRight) throw new RetraceError('usage.value', { flag: '--to', value: word, expected: 'snapshot:ID, last-applied, helm:REVISION or run:ID' });
  return kind === 'helm' ? { kind, revision: Number(value) } : { kind: kind as 'snapshot' | 'run', id: value };
}

/** The choice that means exactly this source. */
export function choiceOf(source: WantedSource): StateChoice {
  return source.kind === 'helm-manifest' ? { kind: 'helm', revision: source.revision } : source;
}

/** How `--to` names a source. */
export function wordOf(source: WantedSource): string {
  switch (source.kind) {
    case 'last-applied':
      return 'last-applied';
    case 'helm-manifest':
      return `helm:${source.revision}`;
    default:
      return `${source.kind}:${source.id}`;
  }
}


/** Verified good first, then newest first; what a run found last: that is the state it went away from. */
export function listStates(candidates: readonly StateCandidate[]): StateOffer[] {
  return sorted(candidates).map(({ source, at, isVerified, isLive, changes }) => ({
    to: wordOf(source),
    ...(at === undefined ? {} : { at }),
    verified: isVerified,
    live: isLive,
    changes: changes.map(({ path }) => path),
  }));
}

function sorted(candidates: readonly StateCandidate[]): StateCandidate[] {
  const rank = ({ isVerified, source }: StateCandidate) => (source.kind === 'run' ? 2 : isVerified ? 0 : 1);
  return candidates.toSorted((a, b) => rank(a) - rank(b) || ((b.at ?? '') < (a.at ?? '') ? -1 : (b.at ?? '') > (a.at ?? '') ? 1 : 0));
}

/**
 * Chooses the state to go back to. Without a choice of the person, in this order: the newest snapshot that was verified good
 * and differs from live; else what the newest differing snapshot, kubectl's last-applied and the Helm manifest in force all
 * hold, as far as there are any. Where they hold different states nobody can know, and the list is shown. What an earlier
 * run found is never chosen by itself: it is what that run went away from.
 * @param target for the messages: `configmap/x`
 * @param command to repeat with --to: `kubectl rollback undo configmap/x -n monitoring`
 * @throws state.unknown, state.none, state.ambiguous
 */
export function chooseState(candidates: readonly StateCandidate[], choice: StateChoice, { target, command }: { target: string; command: string }): ChosenState {
  if (choice.kind !== 'default') {
    const asked = candidates.find(({ source }) => isMeant(source, choice));
    if (asked) return { candidate: asked, rule: 'asked', agreeing: [] };
    throw new RetraceError('state.unknown', { target, asked: wordOfChoice(choice), states: listStates(candidates), command });
  }
  const differing = sorted(candidates).filter(({ isLive, source }) => !isLive && source.kind !== 'run');
  const verified = differing.find(({ isVerified }) => isVerified);
  if (verified) return { candidate: verified, rule: 'verified-good', agreeing: agreeingWith(verified, differing) };
  const snapshot = differing.find(({ source }) => source.kind === 'snapshot');
  const counted = [...(snapshot ? [snapshot] : []), ...differing.filter(({ source }) => source.kind !== 'snapshot')];
  const [first] = counted;
  if (!first) throw new RetraceError('state.none', { target, states: listStates(candidates), command });
  if (counted.some(({ digest }) => digest !== first.digest)) throw new RetraceError('state.ambiguous', { target, states: listStates(candidates), command });
  return { candidate: first, rule: first.source.kind === 'snapshot' ? 'newest-snapshot' : first.source.kind, agreeing: agreeingWith(first, differing) };
}

function agreeingWith(chosen: StateCandidate, candidates: readonly StateCandidate[]): string[] {
  return candidates.filter((one) => one !== chosen && one.digest === chosen.digest).map(({ source }) => wordOf(source));
}

function isMeant(source: WantedSource, choice: StateChoice): boolean {
  if (choice.kind === 'helm') return source.kind === 'helm-manifest' && source.revision === choice.revision;
  if (choice.kind === 'snapshot' || choice.kind === 'run') return source.kind === choice.kind && source.id === choice.id;
  return choice.kind === source.kind;
}

/** How `--to` was typed. */
export function wordOfChoice(choice: StateChoice): string {
  if (choice.kind === 'helm') return `helm:${choice.revision}`;
  return choice.kind === 'snapshot' || choice.kind === 'run' ? `${choice.kind}:${choice.id}` : choice.kind;
}
