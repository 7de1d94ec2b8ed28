import { listNames, offerClusterFlag } from '../../lib/cli/completion-cluster.ts';
import type { Choice, Completer, Offer } from '../../lib/cli/completion-offer.ts';
import { withConnection, type ClusterArgs } from '../../lib/cli/connection.ts';
import type { StateOffer } from '../../lib/core/errors.ts';
import { listResourceTypes, findResourceType } from '../../lib/kube/discovery.ts';
import type { Connection, ResourceType } from '../../lib/kube/types.ts';
import { supportedKinds } from '../../lib/layers/workload/refusal.ts';
import { minuteText } from '../../lib/output/messages/phrases.ts';
import { imagesText } from '../../lib/output/names.ts';
import { readHistory } from '../../lib/procedure/history.ts';
import { listAllRuns } from '../../lib/procedure/shared-runs.ts';
import { displayName } from '../../lib/run/object-ref.ts';
import { listRuns } from '../../lib/run/run-store.ts';
import type { RunState } from '../../lib/run/record.ts';

/** For each of the requests that ask for the runs of others: whoever is offered nothing goes on typing. */
const askMs = 400;

/** What the cluster, the kubeconfig and the runs have to offer. Loaded only for a TAB. */
export const complete: Completer = async ({ command, flag, current }, args, env) => {
  if (flag === 'to' || flag === 'toRevision') return live((connection) => offerRevisions(connection, flag));
  if (flag !== undefined) return offerClusterFlag(flag, args, env);
  if (command === 'completion') return args.words.length === 0 ? { choices: [{ value: 'install' }] } : undefined;
  if (command === 'plan' || command === 'undo' || command === 'history') return live((connection) => offerTargets(connection, current));
  return args.words.length === 0 && command !== undefined ? offerRuns(statesFor[command]) : undefined;

  function live(read: (connection: Connection) => Promise<Offer | undefined>): Promise<Offer | undefined> {
    return withConnection(args as unknown as ClusterArgs, env, read);
  }

  // Runs of others are those of the namespace; when the cluster does not answer in time, it is what this machine knows.
  async function offerRuns(states: readonly RunState[] | undefined): Promise<Offer | undefined> {
    if (states === undefined) return undefined;
    const brief = { ...env, given: { ...env.given, requestTimeout: [String(askMs)] } };
    const ask = withConnection({ ...(args as unknown as ClusterArgs), requestTimeout: askMs }, brief, (connection) => listAllRuns(connection, namespaceOf(connection), env.context));
    const runs = await ask.catch(() => listRuns(env.context));
    const newestFirst = runs.filter(({ state }) => states.includes(state)).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
    const { runState } = env.messages.run;
    return {
      choices: newestFirst.map(({ id, state, plan }) => ({ value: id, describe: [runState[state] ?? state, ...plan.targets.map(({ object }) => displayName(object))].join(' ') })),
      keepOrder: true,
    };
  }

  function namespaceOf(connection: Connection): string | undefined {
    return args['allNamespaces'] === true ? undefined : ((args['namespace'] as string | undefined) ?? connection.defaultNamespace);
  }

  // kubectl's forms: `sts/x deploy/y`, or the type once and names after it.
  async function offerTargets(connection: Connection, typed: string): Promise<Offer> {
    const namespace = namespaceOf(connection);
    const [first] = args.words;
    if (first !== undefined && !first.includes('/')) {
      const named = await listNames(connection, await findResourceType(connection, first), namespace);
      return { choices: named.filter(({ value }) => !args.words.includes(value)) };
    }
    const [word = '', name] = typed.split('/');
    if (name === undefined) return { choices: wordsOfTypes(await listResourceTypes(connection), word).map((value) => ({ value: `${value}/` })), noSpace: true };
    const named = await listNames(connection, await findResourceType(connection, word), namespace);
    return { choices: named.map(({ value }) => ({ value: `${word}/${value}` })).filter(({ value }) => !args.words.includes(value)) };
  }

  async function offerRevisions(connection: Connection, key: 'to' | 'toRevision'): Promise<Offer | undefined> {
    const namespace = namespaceOf(connection);
    if (args.words.length === 0 || namespace === undefined) return undefined;
    const targets = args.words.slice(0, args.words[0]!.includes('/') ? 1 : 2);
    const snapshots = { repo: args['repo'] as string | undefined, repoConfig: args['repoConfig'] as string | undefined, identity: args['identity'] as string | undefined };
    const [report] = await readHistory({ targets, namespace, flagsForHints: '', snapshots }, connection, env.context);
    if (report && 'states' in report) return key === 'to' ? { choices: report.states.filter(({ live }) => !live).map(offerState), keepOrder: true } : undefined;
    const choices = (report?.revisions ?? []).toReversed().flatMap(({ number, hash, images, current, left }): Choice[] => {
      const value = number === undefined ? hash : String(number);
      if (current || (key === 'toRevision' && number === undefined)) return [];
      return [{ value, describe: [imagesText(images, false), ...(left ? [env.messages.run.leftMark] : [])].join(', ') }];
    });
    return { choices: key === 'to' && choices.length > 0 ? [...choices, { value: 'previous' }] : choices, keepOrder: true };
  }
};

function offerState({ to, at, changes }: StateOffer): Choice {
  return { value: to, describe: [...(at === undefined ? [] : [minuteText(at)]), changes.join(', ')].join(' ') };
}

/** Types without revisions that people change by hand at night; any other is taken too when it is typed. */
const oftenUndone = ['/ConfigMap', '/Secret', '/Service', 'networking.k8s.io/Ingress'];

/** A type by the word that the person has begun; `statefulset` when there is a choice. */
function wordsOfTypes(types: readonly ResourceType[], begun: string): string[] {
  return types
    .filter(({ group, kind }) => (group === 'apps' && supportedKinds.includes(kind)) || oftenUndone.includes(`${group}/${kind}`))
    .flatMap(({ singular, plural, shortNames }) => [singular, plural, ...shortNames].filter((word) => word.startsWith(begun)).slice(0, 1));
}


/** States of a run in which each command does something. */
const statesFor: Record<string, readonly RunState[]> = {
  status: ['running', 'interrupted', 'stopped', 'finished', 'closed', 'reverted'],
  resume: ['interrupted', 'stopped'],
  close: ['interrupted', 'stopped', 'finished'],
  revert: ['interrupted', 'stopped', 'finished', 'closed'],
};
