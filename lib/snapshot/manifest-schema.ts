import * as v from 'valibot';
import { isSnapshotId, type Manifest } from './manifest.ts';

const text = v.string();
const texts = v.array(text);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(text, v.isoTimestamp());

const manifestSchema = v.strictObject({
  apiVersion: v.literal('retrace/v1'),
  kind: v.literal('Snapshot'),
  format: v.literal(1),
  id: v.pipe(text, v.check(isSnapshotId, 'no name of a snapshot')),
  purpose: v.picklist(['snapshot', 'safety', 'wanted']),
  runId: v.optional(text),
  tool: text,
  cluster: v.strictObject({ contextName: text, server: text, uid: v.optional(text), name: v.optional(text), entry: v.optional(text), kubeconfig: v.optional(text) }),
  scope: v.strictObject({ namespaces: v.optional(texts), selector: v.optional(text), kinds: v.optional(texts), withoutKinds: v.optional(texts) }),
  startedAt: time,
  finishedAt: time,
  by: v.strictObject({ user: text, host: text }),
  tags: v.record(text, text),
  git: v.optional(v.strictObject({ tag: v.optional(text), commit: text, dirty: v.boolean() })),
  types: v.array(v.strictObject({ apiVersion: text, kind: text, resource: text, namespaced: v.boolean(), resourceVersion: text, objects: count })),
  counts: v.strictObject({ objects: count, sealed: count, owned: count }),
  secrets: v.picklist(['none', 'encrypted', 'omitted', 'plain']),
  recipients: texts,
  complete: v.boolean(),
  gaps: v.array(v.strictObject({ what: text, why: text, detail: text })),
  inForce: v.strictObject({
    helm: v.array(v.strictObject({ release: text, namespace: text, revision: v.number(), status: text, chart: text })),
    argocd: v.array(v.strictObject({ application: text, namespace: text, revision: text })),
  }),
  parts: v.pipe(
    v.array(
      v.strictObject({
        name: v.picklist(['objects', 'sealed']),
        encoding: v.picklist(['zstd', 'zstd+age']),
        bytes: count,
        sha256: v.pipe(text, v.regex(/^[0-9a-f]{64}$/)),
        objects: count,
      }),
    ),
    v.check((parts) => parts[0]?.name === 'objects' && parts[0].encoding === 'zstd' && parts.slice(1).every(({ name }) => name === 'sealed') && parts.length <= 2, 'parts are objects, then sealed'),
  ),
});

/**
 * Checks a manifest that was read from a file.
 * @returns the manifest, or what is wrong with it in one line
 */
export function checkManifest(value: unknown): { manifest: Manifest } | { wrong: string } {
  const parsed = v.safeParse(manifestSchema, value);
  if (parsed.success) return { manifest: parsed.output as Manifest };
  const [issue] = parsed.issues;
  return { wrong: `${v.getDotPath(issue) ?? 'manifest'}: ${issue.message}` };
}
