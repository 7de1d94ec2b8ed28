import type { MissingPermission } from '../../core/errors.ts';
import { selectorText } from '../../formats/label-selector.ts';
import type { LabelSelector } from '../../formats/label-selector.ts';
import { builtinTypes } from '../../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';
import { observeObjects } from '../../kube/watch.ts';
import { typeOfRef } from '../object-ref.ts';
import type { ObjectRef } from '../plan.ts';

/** The newest known state of a workload with its pods and revisions. */
export interface Observed {
  target: KubeObject | undefined;
  pods: KubeObject[];
  revisions: KubeObject[];
  /** False while the API server does not answer; `reason` says why. */
  connected: boolean;
  reason: string | undefined;
}

/** Follows a workload by watches. `next` resolves when something has changed, or at `atMs` from now. */
export interface Observer {
  current(): Observed | undefined;
  /** @throws what ended a watch for good (401, 403) */
  next(withinMs: number): Promise<void>;
  stop(): void;
}

type Part = 'target' | 'pods' | 'revisions';

/** What following a workload needs to be allowed; asked before the first change, or a run would stop half way, at its wait. */
export function permissionsToObserve({ kind, resource, namespace, name }: ObjectRef): MissingPermission[] {
  return [
    { verb: 'list', resource, group: 'apps', namespace, name },
    { verb: 'watch', resource, group: 'apps', namespace, name },
    ...['list', 'watch'].map((verb) => ({ verb, resource: 'pods', group: '', namespace })),
    ...['list', 'watch'].map((verb) => ({ verb, resource: revisionType(kind).plural, group: 'apps', namespace })),
  ];
}

function revisionType(kind: string): ResourceType {
  return kind === 'Deployment' ? builtinTypes.replicasets : builtinTypes.controllerrevisions;
}

/** Starts three watches (target, pods, revisions); they end with `stop` or with the signal. */
export function observeWorkload(connection: Connection, ref: ObjectRef, selector: LabelSelector, signal: AbortSignal): Observer {
  const stopper = new AbortController();
  const ended = AbortSignal.any([stopper.signal, signal]);
  const parts = new Map<Part, { objects: KubeObject[]; connected: boolean; reason?: string | undefined }>();
  let failure: unknown;
  let wake: () => void = () => undefined;

  const follow = async (part: Part, type: ResourceType, query: { labelSelector?: string; fieldSelector?: string }) => {
    try {
      for await (const seen of observeObjects(connection, { type, namespace: ref.namespace, ...query }, { signal: ended })) {
        parts.set(part, { objects: [...seen.objects.values()], connected: seen.connected, reason: seen.reason });
        wake();
      }
    } catch (error) {
      failure ??= error;
      wake();
    }
  };

  const labelSelector = selectorText(selector);
  void follow('target', typeOfRef(ref), { fieldSelector: `metadata.name=${ref.name}` });
  void follow('pods', builtinTypes.pods, { labelSelector });
  void follow('revisions', revisionType(ref.kind), { labelSelector });

  return {
    current() {
      if (parts.size < 3) return undefined;
      const broken = [...parts.values()].find((part) => !part.connected);
      return {
        target: parts.get('target')!.objects[0],
        pods: parts.get('pods')!.objects,
        revisions: parts.get('revisions')!.objects,
        connected: broken === undefined,
        reason: broken?.reason,
      };
    },
    async next(withinMs) {
      if (failure === undefined && !ended.aborted) await waitForWake(withinMs);
      if (failure !== undefined) throw failure;
    },
    stop: () => stopper.abort(),
  };

  function waitForWake(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        ended.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      ended.addEventListener('abort', done, { once: true });
      wake = done;
    });
  }
}
