import * as v from 'valibot';
import { RetraceError } from '../core/errors.ts';

const text = v.pipe(v.string(), v.nonEmpty());

const cluster = v.strictObject({
  name: v.pipe(text, v.regex(/^[^,\s]+$/, 'A name has neither commas nor spaces')),
  /** `~/` and paths from the directory of the config file; the usual kubeconfig when left out. */
  kubeconfig: v.optional(text),
  /** The current context of that kubeconfig when left out. */
  context: v.optional(text),
  groups: v.optional(v.array(text), []),
  /** Changes go to clusters with a low order first. */
  order: v.optional(v.pipe(v.number(), v.integer()), 0),
  externalLabels: v.optional(v.record(v.string(), v.string()), {}),
  /** Name of the cluster where its series are queried: an edge cluster's are in the centre. */
  seriesIn: v.optional(text),
});

const configFile = v.strictObject({ clusters: v.optional(v.nullable(v.array(cluster)), []) });

/** One cluster of the inventory, as its person wrote it down. */
export type InventoryCluster = v.InferOutput<typeof cluster>;

/**
 * The clusters of a config file.
 * @param content of the YAML; null for an empty file
 * @throws config.broken with the member that is wrong
 */
export function readInventory(path: string, content: unknown): InventoryCluster[] {
  // To valibot a list is an object too.
  if (Array.isArray(content)) throw new RetraceError('config.broken', { path, member: '', detail: 'Invalid type: Expected Object but received Array' });
  const parsed = v.safeParse(configFile, content ?? {});
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new RetraceError('config.broken', { path, member: v.getDotPath(issue) ?? '', detail: issue.message });
  }
  const clusters = parsed.output.clusters ?? [];
  const names = clusters.map(({ name }) => name);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twice >= 0) throw new RetraceError('config.broken', { path, member: `clusters.${twice}.name`, detail: `${names[twice]} is there twice` });
  const lost = clusters.findIndex(({ seriesIn }) => seriesIn !== undefined && !names.includes(seriesIn));
  if (lost >= 0) throw new RetraceError('config.broken', { path, member: `clusters.${lost}.seriesIn`, detail: `${clusters[lost]!.seriesIn} is not in the list` });
  return clusters;
}
