import { objectAt, objectsAt, listAt, textAt, textsAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { shortImageOf } from './pod-template.ts';
import { referencesOf } from './template-reference.ts';
import type { TemplateReference } from './template-reference.ts';

/** A ConfigMap or Secret whose content changes. */
export interface ContentSource {
  kind: 'ConfigMap' | 'Secret';
  name: string;
  labels?: Record<string, string>;
  /** Written with `immutable: true`, before or after the change: the kubelet does not look at such an object again. */
  immutable?: boolean;
}

/**
 * When a reader sees new content. `at-start`: only when its container starts; `file`: the kubelet renews the file within
 * about a minute, and nothing tells whether the program reads it again; `reloads`: by itself; `later`: nothing runs that
 * holds the old content (next pull, next run, next mount).
 */
export type Reading = 'at-start' | 'file' | 'reloads' | 'later';

export type ReadingReason =
  | 'environment'
  | 'sub-path'
  | 'immutable'
  | 'volume-driver'
  | 'read-once'
  | 'no-reloader'
  | 'checksum'
  | 'volume'
  | 'watches-file'
  | 'config-reloader'
  | 'sidecar'
  | 'stakater-reloader'
  | 'operator'
  | 'ingress-controller'
  | 'next-pull'
  | 'next-run'
  | 'next-mount'
  | 'not-mounted';

/** One place where an object's content is read. */
export interface ContentUse {
  /** As in `TemplateReference`; of other objects the field, as `spec.tls`. */
  usedAs: string;
  reads: Reading;
  because: ReadingReason;
}

/**
 * How the pods of a template read a ConfigMap or Secret, one entry a place.
 * Sources: kubelet pkg/kubelet/util/manager (immutable), docs tasks/configure-pod-container/configure-pod-configmap
 * (subPath is not updated), thanos and prometheus command lines for what each reads again.
 */
export function usesOf(template: JsonObject, source: ContentSource): ContentUse[] {
  const named = referencesOf(template).filter(({ kind, name }) => kind === source.kind && name === source.name);
  const uses = named.map((reference) => judgeUse(reference, template, source));
  return [...new Map([...uses, ...watchedByLabel(template, source)].map((use) => [JSON.stringify(use), use])).values()];
}

/**
 * Whether a template may use a source, cheap to ask of a thousand sources: `usesOf` reads the whole template for each.
 * @returns true for a source that it names, and for all where a sidecar reads by label
 */
export function mayUse(template: JsonObject): (source: Pick<ContentSource, 'kind' | 'name'>) => boolean {
  const named = new Set(referencesOf(template).map(({ kind, name }) => `${kind}/${name}`));
  const hasSidecar = ['containers', 'initContainers'].some((list) => objectsAt(template, 'spec', list).some(isSidecar));
  return ({ kind, name }) => hasSidecar || named.has(`${kind}/${name}`);
}

function judgeUse({ usedAs }: TemplateReference, template: JsonObject, source: ContentSource): ContentUse {
  const use = (reads: Reading, because: ReadingReason): ContentUse => ({ usedAs, reads, because });
  if (usedAs === 'imagePullSecrets') return use('later', 'next-pull');
  const volumeName = /^volumes\[(.*)\](\.subPath)?$/.exec(usedAs);
  if (!volumeName) return use('at-start', 'environment');
  if (volumeName[2] !== undefined) return use('at-start', 'sub-path');
  const volume = objectsAt(template, 'spec', 'volumes').find((one) => textAt(one, 'name') === volumeName[1]) ?? {};
  if (!['configMap', 'secret', 'projected'].some((kind) => objectAt(volume, kind))) return use('at-start', 'volume-driver');
  const mounts = mountsOf(template, volumeName[1] ?? '');
  if (mounts.length === 0) return use('later', 'not-mounted');
  if (source.immutable === true) return use('at-start', 'immutable');
  const found = judgeMounts(mounts, template);
  // The chart's author wants new pods for new content; it is helm that computes the sum, and not we (helm docs, "Automatically Roll Deployments").
  if (found.reads === 'file' && hasChecksum(template)) return use('at-start', 'checksum');
  return use(found.reads, found.because);
}

interface Mount {
  container: JsonObject;
  program: string;
  path: string;
}

function mountsOf(template: JsonObject, volume: string): Mount[] {
  // An init container has read what it needed before the others started: its work is done again only with the pod.
  return ['containers', 'initContainers'].flatMap((list) =>
    objectsAt(template, 'spec', list).flatMap((container) =>
      objectsAt(container, 'volumeMounts')
        .filter((mount) => textAt(mount, 'name') === volume)
        .map((mount) => ({ container, program: isPlainInit(list, container) ? 'init' : programOf(container), path: (textAt(mount, 'mountPath') ?? '').replace(/\/+$/, '') })),
    ),
  );
}

function isPlainInit(list: string, container: JsonObject): boolean {
  return list === 'initContainers' && textAt(container, 'restartPolicy') !== 'Always';
}

/** `quay.io/prometheus/prometheus:v3.1.0` → `prometheus`. */
function programOf(container: JsonObject): string {
  return shortImageOf(textAt(container, 'image') ?? '').split(/[:@]/)[0]!.toLowerCase();
}

const reloader = /config-?reload|configmap-reload|k8s-sidecar/;

// Read again while it runs (thanos cmd/thanos/receive.go: watcher; query.go: file SD; exporter-toolkit web: at each connection).
const watchedFlags = ['receive.hashrings-file', 'receive.limits-config-file', 'store.sd-files', 'endpoint.sd-config-file', 'query.sd-files', 'web.config.file', 'http.config'];

// Read when the program starts. --config.file, --rule-file and --rule.file again on SIGHUP or /-/reload, which a reloader sends.
const onceFlags = /^(?:objstore\.config-file|.*tracing\.config-file|config\.file|rule-file|alertmanagers\.config-file|query\.config-file|selector\.relabel-config-file|request\.logging-config-file|index-cache\.config-file|store\.caching-bucket\.config-file|query-range\.response-cache-config-file|labels\.response-cache-config-file|remote-write\.config-file)$/;

const reloadedPrograms = ['prometheus', 'alertmanager'];

/** What the slowest of the containers that see the file does. */
function judgeMounts(mounts: Mount[], template: JsonObject): Pick<ContentUse, 'reads' | 'because'> {
  const isReloaded = mounts.some(({ program }) => reloader.test(program));
  const readers = mounts.filter(({ program }) => !reloader.test(program)).map((mount) => judgeMount(mount, isReloaded, template));
  const slowness: Reading[] = ['at-start', 'file', 'reloads', 'later'];
  const [slowest] = readers.sort((a, b) => slowness.indexOf(a.reads) - slowness.indexOf(b.reads));
  return slowest ?? { reads: 'reloads', because: 'config-reloader' };
}

function judgeMount({ container, program, path }: Mount, isReloaded: boolean, template: JsonObject): Pick<ContentUse, 'reads' | 'because'> {
  if (program === 'init') return isReloaded ? { reads: 'reloads', because: 'config-reloader' } : { reads: 'at-start', because: 'read-once' };
  const flags = flagsNaming(container, path);
  const isReloadable = (flag: string) => /^(?:config\.file|rule-file)$/.test(flag);
  if (flags.some((flag) => onceFlags.test(flag) && !(isReloaded && isReloadable(flag)) && !reloadsItself(container, flag))) return { reads: 'at-start', because: 'read-once' };
  if (isReloaded) return { reads: 'reloads', because: 'config-reloader' };
  if (flags.length > 0 && flags.every((flag) => watchedFlags.includes(flag) || reloadsItself(container, flag))) return { reads: 'reloads', because: 'watches-file' };
  // What its image's own command names, and rules that prometheus.yml names.
  const hasReloader = objectsAt(template, 'spec', 'containers').some((other) => reloader.test(programOf(other)));
  if (reloadedPrograms.includes(program) && !hasReloader && !reloadsItself(container, 'config.file')) return { reads: 'at-start', because: 'no-reloader' };
  return { reads: 'file', because: 'volume' };
}

/** `--objstore.config-file=/etc/thanos/s3.yml`, or in two words, for a file below `path`. */
function flagsNaming(container: JsonObject, path: string): string[] {
  const words = wordsOf(container);
  return words.flatMap((word, at) => {
    const [, joined, value] = /^--?([^=]+)=(.*)$/s.exec(word) ?? [];
    const [flag, file] = joined === undefined ? [/^--?(.+)$/.exec(words[at - 1] ?? '')?.[1], word] : [joined, value ?? ''];
    return flag !== undefined && !flag.includes('=') && isBelow(file, path) ? [flag] : [];
  });
}

function wordsOf(container: JsonObject): string[] {
  return ['command', 'args'].flatMap((list) => listAt(container, list)).filter((word) => typeof word === 'string');
}

function isBelow(file: string, path: string): boolean {
  return path !== '' && (file === path || file.startsWith(`${path}/`));
}

/** Prometheus 3 with --enable-feature=auto-reload-config (docs/feature_flags.md). */
function reloadsItself(container: JsonObject, flag: string): boolean {
  return flag === 'config.file' && wordsOf(container).some((word) => word.includes('auto-reload-config'));
}

function hasChecksum(template: JsonObject): boolean {
  return Object.keys(textsAt(template, 'metadata', 'annotations')).some((key) => /(?:^|[/.-])(?:checksum|config-?hash|secret-?hash)/.test(key));
}

function isSidecar(container: JsonObject): boolean {
  return programOf(container).includes('k8s-sidecar');
}

/** kiwigrid/k8s-sidecar reads ConfigMaps and Secrets by their label from the API server; no volume names them. */
function watchedByLabel(template: JsonObject, { kind, labels = {} }: ContentSource): ContentUse[] {
  return ['containers', 'initContainers'].flatMap((list) =>
    objectsAt(template, 'spec', list).flatMap((container): ContentUse[] => {
      if (isPlainInit(list, container) || !isSidecar(container)) return [];
      const variables = Object.fromEntries(objectsAt(container, 'env').map((one) => [textAt(one, 'name') ?? '', textAt(one, 'value') ?? '']));
      const { LABEL: label = '', LABEL_VALUE: value = '', RESOURCE: resource = 'configmap' } = variables;
      const isOfKind = resource === 'both' || resource === kind.toLowerCase();
      const isMarked = Object.hasOwn(labels, label) && (value === '' || labels[label] === value);
      return isOfKind && isMarked ? [{ usedAs: `label[${label}]`, reads: 'reloads', because: 'sidecar' }] : [];
    }),
  );
}

/**
 * Whether Stakater Reloader, where it runs, restarts this workload for this object (Reloader docs/Annotations.md).
 * @param annotations of the object
 */
export function isWatchedByReloader(workload: JsonObject, source: ContentSource, annotations: Record<string, string>): boolean {
  const own = { ...textsAt(workload, 'spec', 'template', 'metadata', 'annotations'), ...textsAt(workload, 'metadata', 'annotations') };
  const key = (name: string) => own[`${name}reloader.stakater.com/${name === '' ? 'auto' : 'reload'}`];
  const kind = source.kind.toLowerCase();
  if (annotations['reloader.stakater.com/ignore'] === 'true' || key('') === 'false') return false;
  const isNamed = (key(`${kind}.`) ?? '').split(',').some((name) => name.trim() === source.name);
  const isSearched = own['reloader.stakater.com/search'] === 'true' && annotations['reloader.stakater.com/match'] === 'true';
  return key('') === 'true' || own[`${kind}.reloader.stakater.com/auto`] === 'true' || isNamed || isSearched;
}
