import type { Context } from '../core/context.ts';
import type { Json } from '../core/json.ts';
import type { MissingPermission } from '../core/permission.ts';
import type { Connection, KubeObject, ResourceType } from '../kube/types.ts';
import type { Component } from '../prometheus/components.ts';
import type { Endpoint } from '../prometheus/endpoint.ts';
import type { Finding } from './finding.ts';

/** What is asked of every check, as plain data: a judge knows nothing else besides its facts. */
export interface Question {
  /** The server's now, RFC 3339, when the facts were complete. */
  now: string;
  /** End of the change that is to be proved; undefined where none is known. */
  since?: string;
  /** The one namespace that is looked at; undefined where several are. */
  namespace?: string;
  /** How long something must have been well to count as well. */
  stableForMs: number;
}

/** What observing may use. Reads only. */
export interface Scene {
  connection: Connection;
  context: Context;
  /** Undefined for all. */
  namespaces: readonly string[] | undefined;
  since?: string;
  /** PromQL: the series whose continuity is looked at. */
  series: string;
  /** All objects of a type in those namespaces, read once for all checks of one look. @throws access.forbidden */
  list(type: ResourceType): Promise<KubeObject[]>;
  /** What of a monitoring stack runs in those namespaces. @throws access.forbidden */
  components(): Promise<Component[]>;
  /** The way to one of them, opened once for all checks of one look and closed at its end. @throws as openEndpoint */
  endpoint(component: Component): Promise<Endpoint>;
}

/** One question about the cluster: observe, then judge from the facts alone. */
export interface Check<F = unknown> {
  /** As it stands in the table and after --gate: `remote-write`. */
  name: string;
  /** Decides the exit code by default. `later`: what it proves needs hours; it is follow-up unless it is asked to decide. */
  decides: 'now' | 'later';
  /** Upstream file or issue of each rule. */
  sources: readonly string[];
  /** What it needs to be allowed, for the list of checks: `list pods`. */
  needs: readonly Pick<MissingPermission, 'verb' | 'resource' | 'group'>[];
  /** Facts as plain JSON. @throws RetraceError: what cannot be looked at makes the check inconclusive */
  observe(scene: Scene): Promise<F>;
  /** Pure. No finding at all: nothing of the kind is there. */
  judge(facts: F, question: Question): Finding[];
}

/** A check whose facts are its own business, as the registry holds it. */
export type AnyCheck = Omit<Check, 'judge'> & { judge(facts: never, question: Question): Finding[] };

/** Gives its argument back, so that the judge's facts are those of the observer. */
export function defineCheck<F extends object>(check: Check<F>): AnyCheck {
  return check as AnyCheck;
}

/** A check with its facts, as it is printed and as it can be judged again. */
export interface CheckResult {
  check: string;
  verdict: Finding['verdict'];
  /** Whether it decides the exit code. */
  gating: boolean;
  findings: Finding[];
  /** When a pending one is decided at the latest, RFC 3339. */
  dueAt?: string;
  /** What was measured. */
  facts?: Json;
}

/** The name of an object as the person has to type it: with its namespace where several are looked at. */
export function nameFor({ name, namespace }: { name: string; namespace: string }, question: Question): string {
  return question.namespace === undefined ? `${namespace}/${name}` : name;
}
