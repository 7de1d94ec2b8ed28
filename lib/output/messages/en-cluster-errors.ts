import { goneText, ownedMessage } from './en-owners.ts';
import { stepName } from './en-steps.ts';
import type { ErrorMessages } from './messages.ts';
import { listed, quoted } from './phrases.ts';

const nothingChanged = 'Nothing was changed.';
const knownRevisions = (known: string[]) => (known.length > 0 ? known.map((revision) => `revision ${revision}`) : ['there are no revisions']);
const whyNothing: Record<string, string> = { 'all-left': 'an earlier undo went away from each of the others' };

/** English sentences of the failures that come from the state of the cluster, of a run, or of local files. */
export const targetErrors = {
  'kind.unknown': ({ name, near }) => ({
    text: `the server has no type ${quoted(name)}`,
    next: [near.length > 0 ? `Did you mean ${listed(near, 'or')}?` : 'See:  kubectl api-resources'],
  }),
  'kind.unsupported': ({ kind, supported }) => ({ text: `${kind} has no revisions to go back to`, next: [`Works for ${listed(supported, 'and')}, and for what makes no pods: ConfigMap, Secret, Service, Ingress …`] }),
  'namespace.unknown': ({ name, near }) => ({
    text: `there is no namespace ${quoted(name)}`,
    next: [near.length > 0 ? `Did you mean ${listed(near.map((known) => `-n ${known}`), 'or')}?` : 'See:  kubectl get namespaces'],
  }),
  'target.not-found': ({ target, namespace, near, elsewhere }) => ({
    text: `${target} is not in namespace ${namespace}`,
    lines: elsewhere.map((place) => `it is in namespace ${place.namespace}`),
    next: elsewhere.length > 0 ? elsewhere.map((place) => `There:  ${place.command}`) : [near.length > 0 ? `Did you mean ${listed(near.map((name) => `${target.split('/')[0]}/${name}`), 'or')}?` : `See:  kubectl get ${target.split('/')[0]} -n ${namespace}`],
  }),
  'target.owned': ownedMessage,
  'target.deleted': ({ target, namespace, command }) => ({ text: `${target} in namespace ${namespace} is being deleted, or is gone`, next: [`When it exists again, look at it with:  ${command}`] }),
  'target.paused': ({ target, command }) => ({ text: `${target} is paused: a change of its template would not roll out`, next: [`Take it out of the pause first:  ${command}`] }),
  'history.empty': ({ target, detail }) => ({
    text: `${target} has no other revision to go back to`,
    lines: [detail.startsWith('revisionHistoryLimit') ? `${detail}: the cluster keeps none` : `revisions: ${detail}`],
    next: ['Apply the manifest of the good version again'],
  }),
  'revision.not-found': ({ target, wanted, known }) => ({
    text: `${target} has no revision ${quoted(wanted)}`,
    lines: knownRevisions(known),
    next: ['Choose one of them with --to=REVISION'],
  }),
  'revision.nothing-to-go-back-to': ({ target, known, why }) => ({
    text: `${target} has nothing to go back to: ${whyNothing[why] ?? why}`,
    lines: knownRevisions(known),
    next: [known.length > 1 ? 'Choose one yourself with --to=REVISION' : 'Apply the manifest of the good version again'],
  }),
  'replicas.unknown-previous': ({ target, current }) => ({ text: `what the replicas of ${target} were before ${current} is not recorded`, next: ['Give the number: --replicas=N'] }),
  'references.missing': ({ target, revision, missing }) => ({
    text: `revision ${revision} of ${target} needs what is not there; its pods would not start`,
    lines: missing.map(({ kind, name, usedAs }) => `${kind.toLowerCase()}/${name}   ${usedAs}`),
    next: ['Bring it back first, or choose another revision with --to=REVISION'],
  }),
} satisfies Partial<ErrorMessages>;

export const runErrors = {
  'plan.stale': ({ target, changed, command, ownersGone = [] }) => {
    // A revert is computed from the run, whose plan was carried out long ago.
    const isOfRun = command.startsWith('kubectl rollback history');
    return {
      text: `${target} has changed since the ${isOfRun ? 'run' : 'plan was made'}`,
      lines: [...changed.map((field) => `changed: ${field}`), ...ownersGone.map(goneText)],
      next: [`${isOfRun ? 'Look at it' : 'Plan again'}:  ${command}`],
    };
  },
  'plan.broken': ({ path, detail }) => ({ text: `${path} is not a plan: ${detail}`, lines: [nothingChanged], next: ['Make one:  kubectl rollback plan TYPE/NAME -o json > plan.json'] }),
  'plan.other-cluster': ({ planServer, server }) => ({
    text: 'the plan was made for another cluster',
    lines: [`plan   ${planServer}`, `here   ${server}`, nothingChanged],
    next: ['Choose the cluster of the plan with --cluster=NAME or --context=NAME, or plan again here'],
  }),
  'run.not-found': ({ id, known }) => ({
    text: `there is no run ${quoted(id)} on this machine`,
    lines: known.length > 0 ? [`runs: ${known.join(', ')}`] : [],
    next: ['See:  kubectl rollback runs'],
  }),
  'run.unshared': ({ id, host, resume, close }) => ({
    text: `run ${id} ended before what it is to write had come to the cluster: only ${host === '' ? 'the machine where it began' : host} has that`,
    lines: ['It has changed nothing yet.'],
    next: [`There:  ${resume}`, `Or end it here, and begin anew:  ${close}`],
  }),
  'run.state': ({ id, state, wanted, command }) => ({ text: `run ${id} is ${state}; this needs one that is ${wanted}`, next: [`Next:  ${command}`] }),
  'run.stopped': ({ id, step, why, command }) => ({ text: `run ${id} stopped at ${stepName(step)}: ${why}`, lines: ['What was done before stays.'], next: [`Go on with:  ${command}`] }),
  'run.timeout': ({ id, waitingFor, command }) => ({
    text: `run ${id} is not finished in time`,
    lines: waitingFor.map((what) => `waiting for ${what}`),
    next: [`Go on waiting with:  ${command}`],
  }),
  'run.pdb-blocks': ({ id, pod, budgets, command }) => ({
    text: `run ${id} cannot replace ${pod}: a disruption budget allows no eviction now`,
    lines: budgets,
    next: ['Make room in the budget (another pod must become Ready), or delete that pod yourself', `Go on with:  ${command}`],
  }),
  'run.put-back': ({ id, target, by, at }) => ({
    text: `${target} was put back by ${by} at ${at} while run ${id} waited`,
    lines: ['The undo reached the cluster and did not hold.'],
    next: [`Correct it where ${by} takes it from, then look again:  kubectl rollback status ${id}`],
  }),
  'run.busy': ({ id, pid }) => ({ text: `run ${id} is being worked on by process ${pid} of this machine`, next: [`Look at it:  kubectl rollback status ${id}`] }),
  'run.interrupted': ({ id, command }) => ({ text: `run ${id} was stopped half way`, next: [`Go on with:  ${command}`] }),
  'run.interrupted-before': () => ({ text: 'stopped before the first change', next: [nothingChanged] }),
  'file.unreadable': ({ path, detail }) => ({ text: `cannot read ${path}: ${detail}`, next: ['Check the path and its permissions'] }),
  'file.write': ({ path, detail }) => ({ text: `cannot write ${path}: ${detail}`, next: ['Check free space and permissions there'] }),
  'journal.corrupt': ({ path, line, detail }) => ({ text: `the journal ${path} is broken at line ${line}: ${detail}`, next: ['The cluster is as it is; look at it with:  kubectl rollback runs'] }),
} satisfies Partial<ErrorMessages>;
