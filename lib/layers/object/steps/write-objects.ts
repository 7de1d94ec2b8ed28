import { atMost } from '../../../core/at-most.ts';
import { RetraceError } from '../../../core/errors.ts';
import { objectsAt, textAt, textsAt } from '../../../core/fields.ts';
import type { JsonObject } from '../../../core/json.ts';
import { sleep } from '../../../core/time.ts';
import { forgetDiscovery } from '../../../kube/discovery.ts';
import { getObject } from '../../../kube/objects.ts';
import type { KubeObject } from '../../../kube/types.ts';
import { displayName, typeOfRef } from '../../../run/object-ref.ts';
import { isObjectTarget } from '../../../run/plan.ts';
import type { ObjectTarget, Step } from '../../../run/plan.ts';
import { resumeCommand } from '../../../run/runner.ts';
import type { StepEnvironment, StepKind } from '../../../run/step-kind.ts';
import { keyOf, keyOfObject, readLive } from '../read-live.ts';
import { isWritten, writeObject, writesAtOnce } from './write-object.ts';
import type { ObjectWrite } from './write-object.ts';

const tellEachMs = 500;

/**
 * Writes the objects of one wave of the restore order. Params: `wave`, its number, and `objects`, the keys of its targets. Every
 * write has a postcondition on the live object, so a wave that was cut off is simply begun again.
 */
export const writeObjects: StepKind = {
  kind: 'write-objects',

  async isDone(step, environment) {
    const writes = await readWrites(step, environment);
    const live = await readLive(environment.connection, writes.map(({ target }) => target.object));
    if (!writes.every((write) => isWritten(write, live.get(keyOf(write.target.object))))) return undefined;
    await waitUntilServed(writes, environment);
    return { written: 0, already: writes.length };
  },

  async run(step, environment) {
    const writes = await readWrites(step, environment);
    const live = await readLive(environment.connection, writes.map(({ target }) => target.object));
    const wave = new Wave(step, environment, writes.length);
    await atMost(writesAtOnce, writes, (write) => wave.write(write, live.get(keyOf(write.target.object))));
    wave.throwFailure();
    await waitUntilServed(writes, environment);
    return { written: wave.written, already: wave.already };
  },
};

async function readWrites({ params }: Step, { plan, readWanted }: StepEnvironment): Promise<ObjectWrite[]> {
  const keys = new Set(Array.isArray(params['objects']) ? params['objects'].map(String) : []);
  const wanted = new Map(((await readWanted()) ?? []).map((object) => [keyOfObject(object), object]));
  const targets = plan.targets.filter((target): target is ObjectTarget => isObjectTarget(target) && keys.has(keyOf(target.object)));
  return targets.map((target) => ({ target, wanted: wanted.get(keyOf(target.object)) }));
}

/** One wave as it is written: what failed first stops what has not begun; what has begun is finished. */
class Wave {
  written = 0;
  already = 0;
  readonly #step: Step;
  readonly #environment: StepEnvironment;
  readonly #total: number;
  #failure: unknown;
  #isAnyGone = false;
  #toldMs = 0;

  constructor(step: Step, environment: StepEnvironment, total: number) {
    this.#step = step;
    this.#environment = environment;
    this.#total = total;
  }

  async write(write: ObjectWrite, live: KubeObject | undefined): Promise<void> {
    if (this.#failure !== undefined) return;
    const { context, runId, directory } = this.#environment;
    try {
      if (context.signal.aborted) throw new RetraceError('run.interrupted', { id: runId, command: resumeCommand(runId) });
      if (write.target.verb !== 'delete' && !write.wanted) throw new RetraceError('plan.broken', { path: directory, detail: `${displayName(write.target.object)} is not among the objects that the run is to write` });
      if (isWritten(write, live)) {
        this.already += 1;
        return;
      }
      await writeObject(write, live, this.#environment, () => (this.#isAnyGone = true));
      this.written += 1;
      this.#tell();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  /** Some objects may be written already, or deleted and not made again: then it is a run that stopped half way, whatever stopped it. */
  throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    const isHalfWay = this.written + this.already > 0 || this.#isAnyGone;
    if (!isHalfWay || !(failure instanceof RetraceError) || failure.code.startsWith('run.')) throw failure;
    const { runId } = this.#environment;
    throw new RetraceError('run.stopped', { id: runId, step: this.#step.kind, why: failure.code, command: resumeCommand(runId) }, { cause: failure });
  }

  #tell(): void {
    const { context, emit } = this.#environment;
    const nowMs = context.now().getTime();
    if (nowMs - this.#toldMs < tellEachMs) return;
    this.#toldMs = nowMs;
    emit({ type: 'step-progress', step: this.#step, code: 'objects-written', params: { done: this.written + this.already, total: this.#total } });
  }
}

/** A type is served some time after its CRD is there; custom resources before that would be refused. */
async function waitUntilServed(writes: readonly ObjectWrite[], { connection, context, options, runId }: StepEnvironment): Promise<void> {
  const definitions = writes.filter(({ target }) => target.object.kind === 'CustomResourceDefinition' && target.verb !== 'delete');
  if (definitions.length === 0) return;
  const endMs = context.now().getTime() + options.timeoutMs;
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    const live = await Promise.all(definitions.map(({ target: { object } }) => getObject(connection, typeOfRef(object), undefined, object.name)));
    const waiting = definitions.filter((_, index) => !isEstablished(live[index]));
    if (waiting.length === 0) break;
    if (context.signal.aborted) throw new RetraceError('run.interrupted', { id: runId, command: resumeCommand(runId) });
    if (context.now().getTime() > endMs) throw new RetraceError('run.timeout', { id: runId, waitingFor: waiting.map(({ target }) => displayName(target.object)), command: resumeCommand(runId) });
    await sleep(pauseMs, context.signal);
  }
  forgetDiscovery(connection);
}

function isEstablished(definition: JsonObject | undefined): boolean {
  return objectsAt(definition, 'status', 'conditions').some((condition) => textAt(condition, 'type') === 'Established' && textsAt(condition)['status'] === 'True');
}
