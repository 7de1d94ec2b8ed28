import * as v from 'valibot';
import type { Plan } from './plan.ts';

const text = v.string();
const texts = v.array(v.string());
const json = v.record(v.string(), v.any());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const objectRef = v.strictObject({ apiVersion: text, kind: text, resource: text, namespace: text, name: text, uid: text });

const revisionRef = v.strictObject({
  number: v.optional(v.number()),
  hash: text,
  name: text,
  templateDigest: text,
  images: texts,
  createdAt: v.optional(text),
  changeCause: v.optional(text),
});

const planNote = v.strictObject({ code: text, level: v.picklist(['info', 'warning']), params: json });

const permission = v.strictObject({ verb: text, resource: text, group: text, namespace: v.optional(text), name: v.optional(text) });

const owner = v.strictObject({
  kind: v.picklist(['controller', 'helm', 'argocd', 'flux']),
  name: text,
  namespace: text,
  of: text,
  how: v.picklist(['owner-reference', 'helm-annotations', 'tracking-id', 'instance-label', 'flux-labels']),
  seen: v.picklist(['confirmed', 'gone', 'elsewhere', 'unread']),
  unread: v.optional(v.array(permission)),
  objects: v.optional(count),
  revision: v.optional(text),
  status: v.optional(text),
  since: v.optional(text),
});

const driver = v.strictObject({ by: text, what: v.picklist(['replicas', 'resources']), min: v.optional(count), max: v.optional(count) });

const seen = v.strictObject({
  wanted: count,
  ready: count,
  troubled: v.array(v.strictObject({ pod: text, reason: text })),
  writtenBy: v.optional(text),
  writtenAt: v.optional(text),
  ownersUnread: v.optional(v.array(permission)),
  program: v.optional(v.strictObject({ name: text, at: v.optional(text) })),
  drivers: v.optional(v.array(driver)),
});

const targetBase = { object: objectRef, owners: v.optional(v.array(owner)), basisDigest: text, basis: v.record(text, text) };
const change = { path: text, from: v.optional(text), to: v.optional(text) };

const workloadTarget = v.strictObject({
  ...targetBase,
  layer: v.literal('workload'),
  action: v.picklist(['change', 'repair', 'noop']),
  from: v.optional(revisionRef),
  to: revisionRef,
  chosenBy: text,
  changes: v.array(v.strictObject(change)),
  seen: v.optional(seen),
});

const objectTarget = v.strictObject({
  ...targetBase,
  layer: v.literal('object'),
  action: v.picklist(['change', 'noop']),
  verb: v.picklist(['noop', 'create', 'update', 'recreate', 'delete', 'skip', 'refuse']),
  because: v.optional(v.strictObject({ code: text, params: json })),
  source: v.variant('kind', [
    v.strictObject({ kind: v.literal('snapshot'), id: text, takenAt: text, place: text, movedFrom: v.optional(text) }),
    v.strictObject({ kind: v.literal('last-applied') }),
    v.strictObject({ kind: v.literal('helm-manifest'), release: text, namespace: text, revision: count }),
    v.strictObject({ kind: v.literal('run'), id: text }),
  ]),
  wantedDigest: v.optional(text),
  keepsReplicas: v.optional(v.literal(true)),
  changes: v.array(v.strictObject({ ...change, hidden: v.optional(v.literal(true)) })),
});

const planSchema = v.strictObject({
  apiVersion: v.literal('retrace/v1'),
  kind: v.literal('Plan'),
  id: text,
  createdAt: v.pipe(text, v.isoTimestamp()),
  purpose: v.picklist(['undo', 'restore', 'revert']),
  cluster: v.strictObject({ contextName: text, server: text, uid: v.optional(text), name: v.optional(text), entry: v.optional(text), kubeconfig: v.optional(text) }),
  targets: v.array(v.variant('layer', [workloadTarget, objectTarget])),
  // What was found, done and kept is told by the step's id.
  steps: v.pipe(
    v.array(v.strictObject({ id: text, kind: text, target: v.optional(objectRef), params: json })),
    v.check((steps) => new Set(steps.map(({ id }) => id)).size === steps.length, 'two steps have one id'),
  ),
  notes: v.array(planNote),
  confirmation: v.variant('kind', [
    v.strictObject({ kind: v.literal('yes') }),
    v.strictObject({ kind: v.literal('type-name'), name: text, because: planNote }),
  ]),
  needs: v.array(permission),
  options: v.strictObject({
    stableForMs: count,
    stuckAfterMs: count,
    stuckPods: v.picklist(['evict', 'delete', 'never']),
    timeoutMs: count,
    localOnly: v.optional(v.boolean()),
    reason: v.optional(text),
    ticket: v.optional(text),
  }),
  reverts: v.optional(text),
});

/**
 * Checks what was read from a file. Unknown members are refused: a plan edited by hand with a misspelt word
 * must not run as if the word were not there.
 * @returns the plan, or what is wrong with it in one line
 */
export function checkPlan(value: unknown): { plan: Plan } | { wrong: string } {
  const parsed = v.safeParse(planSchema, value);
  if (parsed.success) return { plan: parsed.output as unknown as Plan };
  const [issue] = parsed.issues;
  return { wrong: `${v.getDotPath(issue) ?? 'plan'}: ${issue.message}` };
}
