import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/core/json.ts';
import type { Owner } from '../../../lib/core/owner.ts';
import { templateDigest } from '../../../lib/formats/pod-template.ts';
import type { KubeObject } from '../../../lib/kube/types.ts';
import { orderByService } from '../../../lib/layers/workload/restart-order.ts';
import { planRestarts } from '../../../lib/layers/workload/plan-restart.ts';
import type { RestartInput } from '../../../lib/layers/workload/plan-restart.ts';
import type { Dependent } from '../../../lib/ownership/judge-dependents.ts';

function workload(kind: string, name: string, args: string[] = [], spec: JsonObject = {}): KubeObject {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'thanos', args }] } };
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'monitoring', uid: `uid-${name}` }, spec: { template, ...spec } } as unknown as KubeObject;
}

function service(name: string, app: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'monitoring', uid: `uid-svc-${name}` }, spec: { selector: { app } } } as unknown as KubeObject;
}

const names = (objects: KubeObject[]) => objects.map(({ metadata }) => metadata.name);

test('what is read comes first, by the Services that arguments name; else by name', () => {
  const services = [service('store', 'store'), service('receive-grpc', 'receive'), service('query', 'query')];
  const query = workload('Deployment', 'query', ['query', '--endpoint=dnssrv+_grpc._tcp.store.monitoring.svc', '--endpoint=receive-0.receive-grpc:10901']);
  const ruler = workload('StatefulSet', 'a-ruler', ['rule', '--query=http://query:9090']);
  const [store, receive] = [workload('StatefulSet', 'store'), workload('StatefulSet', 'receive')];
  expect(names(orderByService([query, ruler, store, receive], services))).toEqual(['receive', 'store', 'query', 'a-ruler']);
  expect(names(orderByService([query, ruler, store, receive], []))).toEqual(['a-ruler', 'query', 'receive', 'store']);
  // A name that only begins or ends alike is another one.
  const other = workload('Deployment', 'b', ['--endpoint=my-store:1', '--endpoint=store-2:1', '--path=/x/store-dir']);
  expect(names(orderByService([other, store], services))).toEqual(['b', 'store']);
});

test('a circle ends, in the order of names', () => {
  const [a, b] = [workload('Deployment', 'a', ['http://b:1']), workload('Deployment', 'b', ['http://a:1'])];
  expect(names(orderByService([a, b], [service('a', 'a'), service('b', 'b')]))).toEqual(['b', 'a']);
});

const owner = (kind: Owner['kind'], name: string): Owner => ({ kind, name, namespace: 'monitoring', of: 'x', how: 'owner-reference', seen: 'confirmed' });

function dependent(object: KubeObject, restart: Dependent['restart'], owners: Owner[] = []): Dependent {
  const { apiVersion, kind, metadata } = object;
  const [reads, because] = { needed: ['at-start', 'environment'], perhaps: ['file', 'volume'], 'not-needed': ['reloads', 'config-reloader'] }[restart] as ['at-start', 'environment'];
  const uses = [{ source: { kind: 'ConfigMap' as const, namespace: 'monitoring', name: 'config' }, usedAs: 'env[A]', reads, because }];
  return { object: { apiVersion, kind, resource: `${kind.toLowerCase()}s`, namespace: 'monitoring', name: metadata.name, uid: metadata.uid }, uses, restart, owners };
}

function plan(dependents: Dependent[], workloads: KubeObject[], more: Partial<RestartInput> = {}) {
  return planRestarts({ dependents, workloads, services: [], mode: 'auto', replaced: new Set(), restartedAt: '2026-11-22T03:21:00Z', flagsForHints: ' --context=prod', planCommand: 'again', ...more });
}

const outcomes = (dependents: Dependent[], workloads: KubeObject[], more: Partial<RestartInput> = {}) =>
  plan(dependents, workloads, more).notes.map(({ params }) => {
    const { outcome, blocked, command } = params as { outcome: string; blocked?: string; command?: string };
    return [outcome, ...(blocked ? [blocked] : []), ...(command ? [command] : [])].join(' ');
  });

test('steps of a restart: evidence, the mark on the planned template, and its own wait', () => {
  const web = workload('Deployment', 'web');
  const { steps, needs } = plan([dependent(web, 'needed')], [web]);
  expect(steps.map(({ id, kind, params }) => ({ id, kind, params }))).toEqual([
    { id: 'keep-evidence.monitoring.deployment.web', kind: 'keep-evidence', params: {} },
    { id: 'restart.monitoring.deployment.web', kind: 'restart', params: { restartedAt: '2026-11-22T03:21:00Z', beforeDigest: templateDigest(web['spec']!['template' as never] as JsonObject), planCommand: 'again' } },
    { id: 'wait-rollout.monitoring.deployment.web', kind: 'wait-rollout', params: { restartedAt: '2026-11-22T03:21:00Z' } },
  ]);
  expect(needs).toEqual([{ verb: 'patch', resource: 'deployments', group: 'apps', namespace: 'monitoring', name: 'web' }]);
});

test('who is restarted, and what is said of the others', () => {
  const web = workload('Deployment', 'web');
  const command = 'kubectl rollout restart deployment/web -n monitoring --context=prod';
  const [needed, perhaps] = [dependent(web, 'needed'), dependent(web, 'perhaps')];
  expect(outcomes([needed], [web])).toEqual(['restarted']);
  expect(outcomes([needed], [web], { mode: 'never' })).toEqual([`blocked never ${command}`]);
  expect(outcomes([needed], [web], { replaced: new Set(['uid-web']) })).toEqual(['replaced']);
  expect(outcomes([perhaps], [web])).toEqual([`perhaps ${command}`]);
  expect(outcomes([dependent(web, 'not-needed')], [web])).toEqual(['reads']);
  const helm = dependent(web, 'needed', [owner('helm', 'kps')]);
  expect(outcomes([helm], [web])).toEqual([`blocked owner ${command}`]);
  expect(outcomes([helm], [web], { withoutHold: true })).toEqual(['restarted']);
  expect(outcomes([dependent(web, 'needed', [owner('controller', 'prometheus/k8s'), owner('helm', 'kps')])], [web], { withoutHold: true })).toEqual([`blocked owner ${command}`]);
  const onDelete = workload('DaemonSet', 'web', [], { updateStrategy: { type: 'OnDelete' } });
  expect(outcomes([dependent(onDelete, 'needed')], [onDelete])).toEqual(['blocked on-delete']);
  const paused = workload('Deployment', 'web', [], { paused: true });
  expect(outcomes([dependent(paused, 'needed')], [paused])).toEqual([`blocked paused ${command}`]);
  const pod = workload('Pod', 'alone');
  expect(outcomes([dependent(pod, 'needed')], [pod])).toEqual(['blocked no-controller']);
});
