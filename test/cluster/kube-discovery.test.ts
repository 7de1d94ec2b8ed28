/** lib/kube against a real API server: which types there are, and what a word means. */
import { expect, onTestFinished } from 'vitest';
import { isError } from '../../lib/core/errors.ts';
import { readServerVersion } from '../../lib/kube/access-review.ts';
import { findResourceType, listResourceTypes, readDiscovery, type Discovery } from '../../lib/kube/discovery.ts';
import { builtinTypes, qualifiedName } from '../../lib/kube/paths.ts';
import { resolveTargets } from '../../lib/kube/targets.ts';
import type { Connection, ResourceType } from '../../lib/kube/types.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { test } from '../support/fixtures.ts';
import { kubectl } from '../support/kubectl.ts';
import { waitUntil } from '../support/wait-until.ts';
import { applyManifests, thanosQuery } from '../support/workloads.ts';
import { caught, reach } from './kube-connection.ts';

test('discovery gives the same types in the aggregated and in the old form', async ({ cluster }) => {
  const connection = await reach(cluster);
  // The same server answers in the form of Kubernetes before 1.26 when nothing newer is asked for.
  const old: Connection = { ...connection, request: (request) => connection.request({ ...request, accept: 'application/json' }) };
  const [aggregated, legacy] = (await Promise.all([readDiscovery(connection), readDiscovery(old)])).map(withoutCustomTypes) as [Discovery, Discovery];
  expect(aggregated.all.length).toBeGreaterThan(60);
  // The order of groups and versions means something, that of the types in one does not.
  const groupVersions = (types: ResourceType[]) => [...new Set(types.map(({ group, version }) => `${group}/${version}`))];
  expect(groupVersions(legacy.all)).toEqual(groupVersions(aggregated.all));
  const sorted = (types: ResourceType[]) =>
    types.map((type) => ({ ...type, verbs: [...type.verbs].sort() })).sort((a, b) => (`${qualifiedName(a)}${a.version}` < `${qualifiedName(b)}${b.version}` ? -1 : 1));
  expect(sorted(legacy.all)).toEqual(sorted(aggregated.all));
  expect(sorted(legacy.preferred)).toEqual(sorted(aggregated.preferred));
});

/** Other tests add and remove CRDs at this moment, and custom groups have no order among themselves: the server's two forms differ in it. */
function withoutCustomTypes({ all, preferred, unavailable }: Discovery): Discovery {
  const isBuiltin = ({ group }: ResourceType) => !group.includes('.') || group.endsWith('.k8s.io');
  return { all: all.filter(isBuiltin), preferred: preferred.filter(isBuiltin), unavailable };
}

test('a word finds the type that kubectl would take', async ({ cluster }) => {
  const connection = await reach(cluster);
  const name = async (word: string) => {
    const { plural, version, group } = await findResourceType(connection, word);
    return `${plural}.${version}.${group}`;
  };
  for (const word of ['sts', 'statefulset', 'StatefulSets', 'STATEFULSET', 'statefulsets.apps', 'sts.apps', 'statefulsets.v1.apps', 'sts.app']) {
    expect([word, await name(word)]).toEqual([word, 'statefulsets.v1.apps']);
  }
  expect(await name('hpa')).toBe('horizontalpodautoscalers.v2.autoscaling');
  expect(await name('hpa.v1.autoscaling')).toBe('horizontalpodautoscalers.v1.autoscaling');
  expect(await name('events')).toBe('events.v1.');
  expect(await name('events.events.k8s.io')).toBe('events.v1.events.k8s.io');
  const unknown = await caught(findResourceType(connection, 'statefullset'));
  expect([unknown.code, unknown.params]).toEqual(['kind.unknown', { name: 'statefullset', near: ['statefulset', 'statefulsets'] }]);
  const everyKind = (await kubectl(cluster, ['api-resources', '-o', 'name'])).stdout.trim().split('\n').sort();
  expect((await listResourceTypes(connection)).filter(({ verbs }) => verbs.length > 0).map(qualifiedName).sort()).toEqual(everyKind);
});

test('the types that lib reads without discovery are as the server has them', async ({ cluster }) => {
  const { all } = await readDiscovery(await reach(cluster));
  for (const type of Object.values(builtinTypes)) {
    const served = all.find(({ group, version, plural }) => group === type.group && version === type.version && plural === type.plural);
    expect({ ...type, shortNames: [...type.shortNames].sort(), verbs: [] }).toEqual({ ...served, shortNames: [...(served?.shortNames ?? [])].sort(), verbs: [] });
  }
});

test('targets take two round trips, and a wrong one is answered with what may have been meant', async ({ cluster, namespace, runFolder }) => {
  const proxy = await startFaultProxy(runFolder, cluster);
  onTestFinished(() => proxy.stop());
  await applyManifests(cluster, namespace, thanosQuery({ name: `query-${namespace}` }));
  const connection = await reach(proxy);
  const options = { namespace, flagsForHints: " --context 'prod eu'", verb: 'rollback plan' };
  const found = await resolveTargets(connection, [`deploy/query-${namespace}`], options);
  expect(found.map(({ type, object }) => [type.plural, object.kind, object.metadata.name])).toEqual([['deployments', 'Deployment', `query-${namespace}`]]);
  expect([proxy.sequentialRoundTrips(), proxy.requests.length]).toEqual([2, 3]);

  const twice = await resolveTargets(connection, ['deploy', `query-${namespace}`, `query-${namespace}`], options);
  expect(twice.length).toBe(1);
  expect((await resolveTargets(connection, ['deploy'], { ...options, selector: `app.kubernetes.io/name=query-${namespace}` })).length).toBe(1);
  expect((await caught(resolveTargets(connection, ['deploy'], options))).code).toBe('target.bad-form');

  const typo = await caught(resolveTargets(connection, [`deploy/query-${namespace}x`], options));
  expect([typo.code, typo.params]).toEqual(['target.not-found', { target: `deploy/query-${namespace}x`, namespace, near: [`query-${namespace}`], elsewhere: [] }]);
  const elsewhere = await caught(resolveTargets(connection, [`deploy/query-${namespace}`], { ...options, namespace: 'default' }));
  const command = `kubectl rollback plan deploy/query-${namespace} -n ${namespace} --context 'prod eu'`;
  expect(elsewhere.params).toMatchObject({ elsewhere: [{ namespace, command }] });
  const wrongNamespace = await caught(resolveTargets(connection, ['deploy/x'], { ...options, namespace: `${namespace}y` }));
  expect([wrongNamespace.code, wrongNamespace.params]).toEqual(['namespace.unknown', { name: `${namespace}y`, near: expect.arrayContaining([namespace]) as string[] }]);

  // Who may only read this namespace still gets an answer, with less in it.
  await kubectl(cluster, ['create', 'rolebinding', 'viewer', '--clusterrole=view', '--user=viewer'], { namespace });
  const viewer = await reach(cluster, { as: 'viewer' });
  const limited = await waitUntil(async () => {
    const error = await caught(resolveTargets(viewer, [`deploy/query-${namespace}x`], options));
    return isError(error, 'target.not-found') && error;
  }, { what: 'the role binding' });
  expect(limited.params).toMatchObject({ near: [`query-${namespace}`], elsewhere: [] });
});

test('the version of the server is read', async ({ cluster }) => {
  const version = await readServerVersion(await reach(cluster));
  expect(version).toEqual({ gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/), major: 1, minor: expect.any(Number) });
});
