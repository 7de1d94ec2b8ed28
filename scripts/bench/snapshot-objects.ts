/** A namespace as a large monitoring stack has it: 10 000 objects, 24 MB, mostly dashboards, rules and release histories. */
import { readFileSync } from 'node:fs';
import { atMost } from '../../lib/core/at-most.ts';
import type { ControlPlane } from '../../test/support/control-plane.ts';

interface Kind {
  readonly plural: string;
  readonly path: string;
  readonly count: number;
  make(at: number): object;
}

const labels = (at: number) => ({ 'app.kubernetes.io/part-of': 'monitoring', 'app.kubernetes.io/instance': `stack-${at % 40}`, 'app.kubernetes.io/managed-by': 'Helm' });
const annotations = { 'meta.helm.sh/release-name': 'stack', 'meta.helm.sh/release-namespace': 'monitoring' };

/** Rules as they stand in a ConfigMap; one of twenty holds a credential, as scrape configs do. */
function rulesText(at: number, bytes: number): string {
  const lines = [`groups:`, `- name: group-${at}`, '  rules:'];
  for (let rule = 0, length = 0; length < bytes; rule += 1) {
    const line = `  - alert: ReceiveSlow${at}x${rule}\n    expr: histogram_quantile(0.99, sum by (le, instance) (rate(http_request_duration_seconds_bucket{job="receive-${(at * 31 + rule) % 997}"}[5m]))) > ${rule}\n    for: 10m\n    labels: {severity: page}`;
    lines.push(line);
    length += line.length;
  }
  if (at % 20 === 0) lines.push('basic_auth:', '  username: scraper', `  password: bench-${at}-planted`);
  return lines.join('\n');
}

/** Bytes that do not compress, the same in each run. */
function noise(at: number, bytes: number): string {
  let state = at + 1;
  const made = Buffer.alloc(bytes);
  for (let index = 0; index < bytes; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made[index] = state >>> 24;
  }
  return made.toString('base64');
}

export const kinds: readonly Kind[] = [
  { plural: 'configmaps', path: '/api/v1', count: 5000, make: (at) => ({ data: { 'rules.yaml': rulesText(at, 1900) } }) },
  { plural: 'secrets', path: '/api/v1', count: 2000, make: (at) => ({ type: 'Opaque', data: { 'objstore.yml': noise(at, 1500) } }) },
  { plural: 'services', path: '/api/v1', count: 1500, make: (at) => ({ spec: { clusterIP: 'None', selector: labels(at), ports: [{ name: 'http', port: 10_902 }, { name: 'grpc', port: 10_901 }] } }) },
  { plural: 'roles', path: '/apis/rbac.authorization.k8s.io/v1', count: 1000, make: () => ({ rules: [{ apiGroups: [''], resources: ['services', 'endpoints', 'pods'], verbs: ['get', 'list', 'watch'] }] }) },
  { plural: 'statefulsets', path: '/apis/apps/v1', count: 500, make: (at) => ({ spec: statefulSet(at) }) },
];

function statefulSet(at: number): object {
  const container = { name: 'receive', image: 'quay.io/thanos/thanos:v0.42.4', args: ['receive', '--http-address=0.0.0.0:10902', `--label=replica="${at}"`, '--tsdb.path=/var/thanos'], env: [{ name: 'POD', value: `receive-${at}` }] };
  return { replicas: 0, serviceName: `o-${at}`, selector: { matchLabels: { at: `${at}` } }, template: { metadata: { labels: { at: `${at}` } }, spec: { containers: [container] } } };
}

/** Makes all of them, 32 at once. @returns objects made */
export async function makeObjects(plane: ControlPlane, namespace: string): Promise<number> {
  const tls = { ca: readFileSync(plane.pki.ca, 'utf8'), cert: readFileSync(plane.pki.cert, 'utf8'), key: readFileSync(plane.pki.key, 'utf8') };
  const all = kinds.flatMap((kind) => Array.from({ length: kind.count }, (_, at) => ({ kind, at })));
  await atMost(32, all, async ({ kind, at }) => {
    const body = JSON.stringify({ metadata: { name: `o-${at}`, labels: labels(at), annotations }, ...kind.make(at) });
    const answer = await fetch(`${plane.server}${kind.path}/namespaces/${namespace}/${kind.plural}?fieldManager=bench`, { method: 'POST', headers: { 'content-type': 'application/json' }, body, tls });
    if (!answer.ok) throw new Error(`${kind.plural}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  });
  return all.length;
}
