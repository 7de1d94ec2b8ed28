import { isError } from '../core/errors.ts';
import { lastWrittenAt } from '../formats/managed-fields.ts';
import { getObject } from '../kube/objects.ts';
import { builtinTypes } from '../kube/paths.ts';
import type { Connection } from '../kube/types.ts';
import { readMetrics } from '../prometheus/api.ts';
import type { Role } from '../prometheus/components.ts';
import { configSourcesOf } from '../prometheus/config-source.ts';
import type { ConfigSource } from '../prometheus/config-source.ts';
import { defineCheck, nameFor } from './check.ts';
import type { Question } from './check.ts';
import { askEach, endpointNeeds, notAsked } from './components.ts';
import type { Asked } from './components.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

/** What a component tells of its last reload, and when what it reads was written. */
export interface ConfigFacts extends Asked {
  /** False: the last reload was refused, and the configuration before it is in force. Undefined: it does not tell. */
  reloaded?: boolean;
  /** When the configuration in force was read, RFC 3339. */
  loadedAt?: string;
  /** `writtenAt` is undefined where it may not be read. */
  sources?: (ConfigSource & { writtenAt?: string })[];
}

/** What each program calls its reload metrics. Thanos Receive reads its hashrings. */
const prefixes: Partial<Record<Role, string>> = { prometheus: 'prometheus', agent: 'prometheus', alertmanager: 'alertmanager', rule: 'thanos_rule', receive: 'thanos_receive' };

/** The kubelet brings a mounted ConfigMap up to date within its sync period and the lifetime of its cache, a minute each (kubelet --sync-frequency), and a reloader follows. */
const awaitedMs = 180_000;

/**
 * The newest configuration is in force: the last reload was not refused, and it was after the newest write of what it reads. A
 * pod stays Ready on a configuration that was refused, and nothing of Kubernetes shows it.
 */
export const config = defineCheck({
  name: 'config',
  decides: 'now',
  sources: ['prometheus/prometheus cmd/prometheus/main.go (prometheus_config_last_reload_successful)', 'thanos-io/thanos pkg/receive/config.go', 'prometheus-operator/prometheus-operator#4708'],
  needs: [...endpointNeeds, { verb: 'get', resource: 'configmaps', group: '' }, { verb: 'get', resource: 'secrets', group: '' }],
  async observe(scene): Promise<{ components: ConfigFacts[] }> {
    const pods = await scene.list(builtinTypes.pods);
    const components = await askEach(scene, Object.keys(prefixes) as Role[], async (endpoint, component): Promise<Pick<ConfigFacts, 'reloaded' | 'loadedAt' | 'sources'> & { hasNone?: boolean }> => {
      // Without hashrings in a file there is nothing to read again.
      if (component.role === 'receive' && component.configFile === undefined) return { hasNone: true };
      const pod = pods.find(({ metadata }) => metadata.name === component.pod && metadata['namespace'] === component.namespace)!;
      const prefix = `${prefixes[component.role]}_config_last_reload_success`;
      const values = new Map<string, number>();
      const [sources] = await Promise.all([
        Promise.all(configSourcesOf(pod, component).map(async (source) => ({ ...source, ...(await readWrittenAt(scene.connection, component.namespace, source)) }))),
        readMetrics(endpoint, ({ name, value }) => void (name.startsWith(prefix) && values.set(name, value))),
      ]);
      const successful = values.get(`${prefix}ful`);
      const atSeconds = values.get(`${prefix}_timestamp_seconds`);
      return { ...(successful === undefined ? {} : { reloaded: successful === 1 }), ...(atSeconds ? { loadedAt: new Date(atSeconds * 1000).toISOString() } : {}), sources };
    });
    return { components: components.filter(({ hasNone }) => !hasNone) };
  },
  judge({ components }, question) {
    const found = [...notAsked(components), ...components.filter(({ error }) => error === undefined).flatMap((component) => judgeOne(component, question))];
    const well = components.filter(({ reloaded }) => reloaded === true);
    const compared = well.filter(({ sources = [] }) => sources.length > 0 && sources.every(({ writtenAt }) => writtenAt !== undefined)).length;
    return found.length > 0 || well.length === 0 ? found : [finding('config-loaded', 'pass', { components: well.length, compared })];
  },
});

function judgeOne({ reloaded, loadedAt, sources = [], ...place }: ConfigFacts, question: Question): Finding[] {
  const component = nameFor(place, question);
  if (reloaded === undefined || (reloaded && loadedAt === undefined)) return [finding('config-unknown', 'inconclusive', { component })];
  if (!reloaded) return [finding('config-refused', 'fail', { component, ...(loadedAt === undefined ? {} : { loadedAt }) })];
  const newer = sources.filter(({ writtenAt }) => writtenAt !== undefined && Date.parse(writtenAt) > Date.parse(loadedAt!)).sort((a, b) => (a.writtenAt! < b.writtenAt! ? 1 : -1))[0];
  if (newer === undefined) return [];
  const params = { component, loadedAt: loadedAt!, source: `${newer.kind.toLowerCase()}/${newer.name}`, writtenAt: newer.writtenAt! };
  const dueMs = Date.parse(newer.writtenAt!) + awaitedMs;
  // Later a warning and no failure: a write of its labels alone changes nothing to read.
  return Date.parse(question.now) < dueMs ? [finding('config-awaited', 'pending', params, new Date(dueMs).toISOString())] : [finding('config-older', 'warn', params)];
}

/** When it was written last; its content is not asked for. */
async function readWrittenAt(connection: Connection, namespace: string, { kind, name }: ConfigSource): Promise<{ writtenAt?: string }> {
  const type = kind === 'Secret' ? builtinTypes.secrets : builtinTypes.configmaps;
  try {
    const object = await getObject(connection, type, namespace, name, { metadataOnly: true });
    const writtenAt = object && lastWrittenAt(object);
    return writtenAt === undefined ? {} : { writtenAt };
  } catch (error) {
    if (isError(error, 'access.forbidden')) return {};
    throw error;
  }
}
