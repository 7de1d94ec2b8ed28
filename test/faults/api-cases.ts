/** The fault matrix of the way to the API server: where a fault strikes, what it is, what the run is, and how one case is judged. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { expectClusterState, readClusterState, readWorkloadSpecs, type ClusterState } from '../support/cluster-state.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { startFaultProxy, type Fault, type FaultProxy, type ProxiedRequest } from '../support/fault-proxy.ts';
import { kubectl, kubectlJson, type CommandResult } from '../support/kubectl.ts';
import { createNamespace, deleteNamespace } from '../support/namespace.ts';
import { deploy, runIdIn } from '../support/roll-outs.ts';
import { createCliHome } from '../support/run-cli.ts';
import { waitUntil } from '../support/wait-until.ts';
import { setImage, thanosQuery, thanosReceive, waitForWaitingReason } from '../support/workloads.ts';
import { journalPath, quickly, rollback, type Place } from './runs.ts';

/** What the run is, and what is ready for it. Both make all the writes that a run makes, but only a stuck set has a pod to evict. */
export const stages = {
  deployment: { target: 'deploy/thanos-query', prepare: breakDeployment },
  set: { target: 'sts/thanos-receive', prepare: breakSet },
} as const;
export type StageName = keyof typeof stages;

/** A new revision that is bad, of a Deployment: its good pod stays. */
async function breakDeployment({ cluster, namespace }: Place): Promise<void> {
  const { target } = stages.deployment;
  await deploy(cluster, namespace, target, thanosQuery({ replicas: 1 }));
  await setImage(cluster, namespace, target, 'thanos:broken');
  await waitUntilObserved({ cluster, namespace }, target);
}

/** Waits until the controller has made the revision of the newest template. */
export async function waitUntilObserved({ cluster, namespace }: Pick<Place, 'cluster' | 'namespace'>, target: string): Promise<void> {
  const isObserved = async () => {
    const { metadata, status } = await kubectlJson(cluster, ['get', target], { namespace });
    return status?.observedGeneration === metadata.generation;
  };
  await waitUntil(isObserved, { what: `the revision of ${target} to be made` });
}

/** A set of one pod, stuck in it (kubernetes#67250). */
async function breakSet({ cluster, namespace }: Place): Promise<void> {
  const { target } = stages.set;
  await deploy(cluster, namespace, target, thanosReceive({ replicas: 1 }));
  await setImage(cluster, namespace, target, 'thanos:broken');
  await waitForWaitingReason(cluster, namespace, 'thanos-receive-0', 'CrashLoopBackOff');
}

/** Both change two fields, so that there are two patches and two pre-images. */
export function undoOf(stage: StageName, namespace: string, more: readonly string[] = []): string[] {
  const waits = quickly.filter((flag) => !more.some((other) => other.split('=')[0] === flag.split('=')[0]));
  return ['undo', stages[stage].target, '-n', namespace, '--replicas=2', '--yes', ...waits, ...more];
}

type Matches = (request: ProxiedRequest) => boolean;

const isFor = (method: string, resource: RegExp, body?: RegExp): Matches => (request) =>
  request.method === method && !request.path.includes('dryRun') && resource.test(request.path) && (body === undefined || body.test(request.body ?? ''));

/** Of the requests that match, the one of this number. */
function nth(number: number, matches: Matches): () => Matches {
  return () => {
    let seen = 0;
    return (request) => matches(request) && ++seen === number;
  };
}

export interface Strike {
  readonly stage: StageName;
  /** A fresh condition for each case: it may count. */
  readonly matches: () => Matches;
  /** Makes the namespace such that the request is sent. */
  readonly before?: (place: Place) => Promise<void>;
  /** Struck behind the last write: nothing is left to go on with. */
  readonly isAfterEnd?: boolean;
  /** Typed in place of the undo, which was typed before, undisturbed. */
  readonly closes?: boolean;
}

/** A lock that an earlier run gave back. */
async function leaveLease({ cluster, namespace }: Place): Promise<void> {
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'retrace' }, spec: { leaseDurationSeconds: 1, leaseTransitions: 0 } };
  await kubectl(cluster, ['create', '-f', '-'], { namespace, input: JSON.stringify(lease) });
}

const holder = /holderIdentity/;
const withoutHolder = /^(?!.*holderIdentity)/s;
const line = (text: string) => new RegExp(`\\\\"type\\\\":\\\\"${text}`);

/** Every kind of write that a run makes. */
export const writes = {
  'lock made': { stage: 'deployment', matches: nth(1, isFor('POST', /\/leases/)) },
  'lock taken again': { stage: 'deployment', matches: nth(1, isFor('PUT', /\/leases\//, holder)), before: leaveLease },
  'lock given back': { stage: 'deployment', matches: nth(1, isFor('PUT', /\/leases\//, withoutHolder)), isAfterEnd: true },
  'record made': { stage: 'deployment', matches: nth(1, isFor('POST', /\/configmaps/)) },
  'record: started': { stage: 'deployment', matches: nth(1, isFor('PUT', /\/configmaps\//)) },
  'record: patch intended': { stage: 'deployment', matches: nth(1, isFor('PUT', /\/configmaps\//, line('intended\\\\",\\\\"step\\\\":\\\\"patch-template'))) },
  'record: patch done': { stage: 'deployment', matches: nth(1, isFor('PUT', /\/configmaps\//, line('done\\\\",\\\\"step\\\\":\\\\"patch-template'))) },
  'record: eviction noted': { stage: 'set', matches: nth(1, isFor('PUT', /\/configmaps\//, line('noted'))) },
  'record: finished': { stage: 'deployment', matches: nth(1, isFor('PUT', /\/configmaps\//, line('finished'))) },
  'pre-image made': { stage: 'deployment', matches: nth(1, isFor('POST', /\/secrets/)) },
  'pre-image added': { stage: 'deployment', matches: nth(1, isFor('PUT', /\/secrets\//)) },
  template: { stage: 'deployment', matches: nth(1, isFor('PATCH', /\/deployments\//)) },
  replicas: { stage: 'deployment', matches: nth(2, isFor('PATCH', /\/deployments\//)) },
  eviction: { stage: 'set', matches: nth(1, isFor('POST', /\/eviction/)) },
  'close: pre-image deleted': { stage: 'deployment', matches: nth(1, isFor('DELETE', /\/secrets\//)), closes: true },
  'close: record': { stage: 'deployment', matches: nth(1, isFor('PUT', /\/configmaps\//, line('closed'))), closes: true },
} satisfies Record<string, Strike>;

const isWatch: Matches = ({ path }) => /[?&]watch=/.test(path);
const isRead = (path: RegExp): Matches => (request) => request.method === 'GET' && !isWatch(request) && path.test(request.path);

/** Every kind of read: before the run, in its own keeping, and in its steps. */
export const reads = {
  discovery: { stage: 'deployment', matches: nth(1, isRead(/\/apis(\/apps\/v1)?(\?|$)/)) },
  'cluster identity': { stage: 'deployment', matches: nth(1, isRead(/\/namespaces\/kube-system/)) },
  permissions: { stage: 'deployment', matches: nth(1, isFor('POST', /selfsubject/)) },
  'target for the plan': { stage: 'deployment', matches: nth(1, isRead(/\/deployments\//)) },
  revisions: { stage: 'deployment', matches: nth(1, isRead(/\/replicasets\?/)) },
  'pods for the plan': { stage: 'deployment', matches: nth(1, isRead(/\/pods\?/)) },
  'a revision for the patch': { stage: 'deployment', matches: nth(1, isRead(/\/replicasets\//)) },
  'lock before it is taken': { stage: 'deployment', matches: nth(1, isRead(/\/leases\//)) },
  'lock before a write': { stage: 'deployment', matches: nth(2, isRead(/\/leases\//)) },
  record: { stage: 'deployment', matches: nth(1, isRead(/\/configmaps\/retrace-run/)) },
  'pre-images': { stage: 'deployment', matches: nth(1, isRead(/\/secrets\/retrace-run/)) },
  'log of a pod': { stage: 'set', matches: nth(1, isRead(/\/log\?/)) },
} satisfies Record<string, Strike>;

/** The watches of the wait. */
export const watches = {
  'watch of the target': { stage: 'deployment', matches: nth(1, (request) => isWatch(request) && request.path.includes('/deployments')) },
  'watch of the pods': { stage: 'set', matches: nth(1, (request) => isWatch(request) && request.path.includes('/pods')) },
  'watch of the revisions': { stage: 'set', matches: nth(1, (request) => isWatch(request) && request.path.includes('/controllerrevisions')) },
} satisfies Record<string, Strike>;

export interface Trouble {
  /** What the struck request meets. */
  readonly fault: Omit<Fault, 'matches'>;
  /** And every request after it, until the run has ended: the API server is away. */
  readonly staysAway?: boolean;
  /** Flags that make the case short. */
  readonly flags?: readonly string[];
}

/** Longer than the request may take, and shorter than what follows: it arrives after all. */
const silence: Trouble = { fault: { kind: 'delay', delayMs: 6_500 }, flags: ['--request-timeout=5s'] };
const away = (kind: Fault['kind']): Trouble => ({ fault: { kind }, staysAway: true, flags: ['--request-timeout=5s', '--timeout=15s'] });

export const troubles = {
  '409': { fault: { kind: 'status', status: 409 } },
  '429 with Retry-After': { fault: { kind: 'status', status: 429, retryAfterSeconds: 2 } },
  '429': { fault: { kind: 'status', status: 429 } },
  '500': { fault: { kind: 'status', status: 500 } },
  '503': { fault: { kind: 'status', status: 503 } },
  'reset before arrival': { fault: { kind: 'reset-before' } },
  'reset after arrival': { fault: { kind: 'reset-after' } },
  'answer cut': { fault: { kind: 'truncate' } },
  silence,
  'away before arrival': away('reset-before'),
  'away after arrival': away('reset-after'),
} satisfies Record<string, Trouble>;
export type TroubleName = keyof typeof troubles;

export type Outcome = 'went on' | 'resumed' | 'lost';

/**
 * Runs one case and judges it: it goes on, or says what happened and what to type, and that ends as if nothing had been.
 * @returns how it ended; everything else throws
 */
export async function strikeOnce(place: Place, strike: Strike, trouble: Trouble): Promise<Outcome> {
  const { cluster, namespace, runFolder } = place;
  await stages[strike.stage].prepare(place);
  await strike.before?.(place);
  const before = await readWorkloadSpecs(cluster, namespace);
  const generation = await readGeneration(place, strike.stage);
  const proxy = await startFaultProxy(runFolder, cluster);
  const type = (args: readonly string[]) => rollback(place, args, undefined, { kubeconfig: proxy.kubeconfig });
  const closed = strike.closes ? runIdIn(await type(undoOf(strike.stage, namespace))) : undefined;
  const command = closed === undefined ? undoOf(strike.stage, namespace, trouble.flags) : ['close', closed, ...closeFlags(trouble)];
  const countEvictions = evictionCounter(proxy);
  const struck = addTrouble(proxy, strike, trouble);
  const first = await type(command);
  expect(struck.struck, `how often the fault struck in\n${first.stderr}`).toBe(1);
  proxy.clearFaults();
  const ended = first.exitCode === 0 ? first : await goOn(place, command, first, before, type);

  await expectClusterState(cluster, namespace, await uninterrupted(place, strike));
  // Two fields, two writes: a third one would be seen here.
  expect(await readGeneration(place, strike.stage)).toBe(generation + 2);
  expect(countEvictions(), 'evictions that were carried out').toBeLessThanOrEqual(1);
  await expectOwnObjects(place, strike, closed ?? runIdIn(ended));
  await proxy.stop();
  return first.exitCode === 0 ? 'went on' : 'resumed';
}

function closeFlags({ flags = [] }: Trouble): string[] {
  return flags.filter((flag) => flag.startsWith('--request-timeout'));
}

function addTrouble(proxy: FaultProxy, strike: Strike, { fault, staysAway }: Trouble): { readonly struck: number } {
  const struck = proxy.addFault({ ...fault, matches: strike.matches() });
  if (staysAway) proxy.addFault({ kind: 'reset-before', times: Infinity, matches: () => struck.struck > 0 });
  return struck;
}

/** What the person does: what the message says, or, when nothing was changed, the same again. */
async function goOn(place: Place, command: readonly string[], stopped: CommandResult, before: ClusterState, type: (args: readonly string[]) => Promise<CommandResult>): Promise<CommandResult> {
  const { cluster, namespace } = place;
  expect([4, 5, 6, 7, 8, 10], stopped.stderr).toContain(stopped.exitCode);
  expect(stopped.stdout).toBe('');
  expect(stopped.stderr).toMatch(/^error: /m);
  const id = /resume (r-\w+)/.exec(stopped.stderr)?.[1];
  const isClose = command[0] === 'close';
  if (id === undefined && !isClose) {
    expect(stopped.stderr).toContain('Nothing was changed.');
    expect(await readWorkloadSpecs(cluster, namespace)).toEqual(before);
  }
  // From the same home its own lock is never in the way.
  const again = await type(id === undefined ? withoutHaste(command) : ['resume', id, '--timeout=60s']);
  // Closed on this machine, and now for everybody.
  if (isClose && again.exitCode === 5) expect(again.stderr).toContain(`run ${command[1]} is closed`);
  else expect(again, again.stderr).toMatchObject({ exitCode: 0 });
  return again;
}

/** The same, typed by somebody who has the time again. */
function withoutHaste(command: readonly string[]): string[] {
  return command.filter((word) => !/^--(request-)?timeout=/.test(word));
}

async function readGeneration({ cluster, namespace }: Place, stage: StageName): Promise<number> {
  return (await kubectlJson(cluster, ['get', stages[stage].target], { namespace })).metadata.generation;
}

/** Counts what the API server accepted; an answer that was broken on its way counts too. */
function evictionCounter(proxy: FaultProxy): () => number {
  return () => proxy.requests.filter(({ method, path, status }) => method === 'POST' && path.includes('/eviction') && status >= 200 && status < 300).length;
}

/** Lock and record as an uninterrupted run leaves them: free, and line for line what the journal says. */
async function expectOwnObjects({ cluster, namespace, home }: Place, strike: Strike, id: string): Promise<void> {
  const lease = await kubectlJson(cluster, ['get', 'lease', 'retrace'], { namespace });
  if (!strike.isAfterEnd) expect(lease.spec.holderIdentity ?? '').toBe('');
  const record = await kubectlJson(cluster, ['get', 'configmap', `retrace-run-${id}`], { namespace });
  expect(record.data['journal.jsonl']).toBe(readFileSync(journalPath(home, id), 'utf8'));
  const { items } = await kubectlJson(cluster, ['get', 'secrets'], { namespace });
  const images = items.filter(({ metadata }: any) => metadata.name === `retrace-run-${id}`).flatMap(({ data }: any) => Object.keys(data).map((key) => key.split('.')[0]).sort());
  expect(images).toEqual(strike.closes ? [] : ['patch-template', 'set-replicas']);
}

const references = new Map<StageName, Promise<ClusterState>>();

/** What the same run makes of a namespace of its own when nothing disturbs it. */
function uninterrupted({ cluster, runFolder }: Place, { stage }: Strike): Promise<ClusterState> {
  const known = references.get(stage) ?? runUninterrupted(cluster, runFolder, stage);
  references.set(stage, known);
  return known;
}

async function runUninterrupted(cluster: ControlPlane, runFolder: string, stage: StageName): Promise<ClusterState> {
  const namespace = await createNamespace(cluster, 'reference');
  const place = { cluster, namespace, runFolder, home: createCliHome(runFolder) };
  await stages[stage].prepare(place);
  const result = await rollback(place, undoOf(stage, namespace));
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  let last = '';
  const settled = await waitUntil(
    async () => {
      const state = await readClusterState(cluster, namespace);
      const text = JSON.stringify(state);
      const isSame = text === last;
      last = text;
      return isSame && state;
    },
    { what: 'the controllers to have written all' },
  );
  await deleteNamespace(cluster, namespace);
  return settled;
}
