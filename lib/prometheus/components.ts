import { isTrueAt, numberAt, objectAt, objectsAt, listAt, textAt } from '../core/fields.ts';
import type { JsonObject } from '../core/json.ts';
import { isPodEnded, isPodTerminating } from '../formats/pod.ts';
import { shortImageOf } from '../formats/pod-template.ts';

/** What a container is in a monitoring stack. `agent`: a Prometheus that only scrapes and sends. */
export type Role = 'prometheus' | 'agent' | 'query' | 'query-frontend' | 'receive' | 'store' | 'sidecar' | 'rule' | 'compact' | 'alertmanager';

/** One process of a monitoring stack and where it answers over HTTP. Holds none of its arguments: those may be secrets. */
export interface Component {
  role: Role;
  namespace: string;
  pod: string;
  container: string;
  /** Name and tag, without the registry: `prometheus:v3.16.0`. */
  image: string;
  /** Of its HTTP API and its metrics, inside the pod. */
  port: number;
  scheme: 'http' | 'https';
  /** Stands before the paths of its API: `/prom`, or empty. */
  prefix: string;
  /** Prefix of `/metrics` and `/-/ready` too. Thanos serves these at the root (thanos pkg/server/http/http.go). */
  metricsPrefix: string;
  ready: boolean;
  /** Since when this container runs, RFC 3339; undefined while it does not. */
  startedAt?: string;
  /** What it reads again when it is told to reload. */
  configFile?: string;
  /** A Thanos Query can read its series: not of a Receive that only routes, nor of a ruler that sends what it makes elsewhere. */
  hasStoreApi: boolean;
}

const thanosRoles: readonly string[] = ['query', 'query-frontend', 'receive', 'store', 'sidecar', 'rule', 'compact'] satisfies Role[];

/** Where each listens when nobody says otherwise: prometheus cmd/prometheus/main.go, thanos pkg/extkingpin/flags.go. */
const defaultPorts = { prometheus: 9090, alertmanager: 9093, thanos: 10902 } as const;
type Program = keyof typeof defaultPorts;
const programs = Object.keys(defaultPorts) as Program[];

/**
 * The components that run in these pods, by command, arguments and image of each container: a fork under another image name
 * keeps its flags. Pods that have ended or are on their way out have none.
 */
export function componentsOf(pods: readonly JsonObject[]): Component[] {
  return pods.filter((pod) => !isPodEnded(pod) && !isPodTerminating(pod)).flatMap((pod) => objectsAt(pod, 'spec', 'containers').flatMap((container) => readComponent(pod, container)));
}

function readComponent(pod: JsonObject, container: JsonObject): Component[] {
  const words = ['command', 'args'].flatMap((list) => listAt(container, list)).filter((word) => typeof word === 'string').flatMap(splitShell);
  const program = programOf(container, words);
  if (program === undefined) return [];
  const flags = readFlags(words);
  const role = roleOf(program, words, flags);
  if (role === undefined) return [];
  const name = textAt(container, 'name') ?? '';
  const status = objectsAt(pod, 'status', 'containerStatuses').find((each) => each['name'] === name);
  const startedAt = textAt(status, 'state', 'running', 'startedAt');
  const probe = objectAt(container, 'readinessProbe', 'httpGet');
  const prefix = prefixOf(program, flags, probe);
  const configFile = flags.get('config.file') ?? flags.get('receive.hashrings-file');
  return [
    {
      role,
      namespace: textAt(pod, 'metadata', 'namespace') ?? '',
      pod: textAt(pod, 'metadata', 'name') ?? '',
      container: name,
      image: shortImageOf(textAt(container, 'image') ?? ''),
      port: portOf(program, container, flags, probe),
      scheme: textAt(probe, 'scheme') === 'HTTPS' ? 'https' : 'http',
      prefix,
      metricsPrefix: program === 'thanos' ? '' : prefix,
      ready: isTrueAt(status, 'ready'),
      hasStoreApi: servesSeries(role, flags),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(configFile === undefined ? {} : { configFile }),
    },
  ];
}

/** The words of `sh -c 'exec prometheus --a=b'`. */
function splitShell(word: string): string[] {
  return /\s--[a-z]/.test(word) ? word.split(/\s+/).filter((part) => part !== '') : [word];
}

function programOf(container: JsonObject, words: readonly string[]): Program | undefined {
  const [command] = listAt(container, 'command');
  if (command === undefined) return programNamed(shortImageOf(textAt(container, 'image') ?? '').split(/[:@]/)[0]!) ?? programOfFlags(words);
  // A command that is another program (a tool in Prometheus' image) is that program; a shell begins one of its words.
  const isShell = /(^|\/)(ba|da|a)?sh$/.test(String(command));
  const named = isShell ? words.filter((word) => !word.startsWith('-')).map(baseName).map(programNamed).find((program) => program !== undefined) : programNamed(baseName(String(command)));
  return named ?? programOfFlags(words);
}

function programNamed(name: string): Program | undefined {
  return programs.find((program) => program === name);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Flags that no other program has. */
function programOfFlags(words: readonly string[]): Program | undefined {
  if (words.some((word) => /^--storage\.(tsdb|agent)\.path\b/.test(word))) return 'prometheus';
  return undefined;
}

/** Values of `--x=y` and `--x y`; of a repeated one the first; of one without a value: empty. */
function readFlags(words: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  words.forEach((word, at) => {
    const [, name, value] = /^--?([a-z][\w.-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined || flags.has(name)) return;
    const next = words[at + 1];
    flags.set(name, value ?? (next === undefined || next.startsWith('-') ? '' : next));
  });
  return flags;
}

function roleOf(program: Program, words: readonly string[], flags: ReadonlyMap<string, string>): Role | undefined {
  if (program === 'alertmanager') return program;
  if (program === 'thanos') return words.find((word) => thanosRoles.includes(word)) as Role | undefined;
  // --agent since 3.0; before that a feature, among others (2.32 to 2.55).
  const features = words.flatMap((word, at) => (/^--enable-feature\b/.test(word) ? (word.split('=')[1] ?? words[at + 1] ?? '').split(',') : []));
  return flags.has('agent') || features.includes('agent') ? 'agent' : 'prometheus';
}

/** thanos docs/components/receive.md (routing without --receive.local-endpoint) and rule.md (stateless ruler). */
function servesSeries(role: Role, flags: ReadonlyMap<string, string>): boolean {
  const hasHashrings = flags.has('receive.hashrings-file') || flags.has('receive.hashrings');
  if (role === 'receive') return !hasHashrings || flags.has('receive.local-endpoint');
  if (role === 'rule') return !flags.has('remote-write.config-file') && !flags.has('remote-write.config');
  return role === 'sidecar' || role === 'store';
}

/** The address that it is told to listen on; else the port of its readiness probe; else a port with a usual name; else the default. */
function portOf(program: Program, container: JsonObject, flags: ReadonlyMap<string, string>, probe: JsonObject | undefined): number {
  const ports = objectsAt(container, 'ports');
  const numberOf = (name: string) => numberAt(ports.find((port) => port['name'] === name), 'containerPort');
  const listens = /:(\d+)$/.exec(flags.get(program === 'thanos' ? 'http-address' : 'web.listen-address') ?? '')?.[1];
  const probed = textAt(probe, 'port');
  const found = listens !== undefined ? Number(listens) : (numberAt(probe, 'port') ?? (probed === undefined ? undefined : /^\d+$/.test(probed) ? Number(probed) : numberOf(probed)));
  return found ?? ['http', 'web', 'http-web'].map(numberOf).find((port) => port !== undefined) ?? defaultPorts[program];
}

/** By --web.route-prefix, which is the path of --web.external-url unless it is given; else by what stands before `/-/` in the probe. */
function prefixOf(program: Program, flags: ReadonlyMap<string, string>, probe: JsonObject | undefined): string {
  const external = program === 'thanos' ? flags.get('web.external-prefix') : pathOf(flags.get('web.external-url'));
  const probed = /^(.*)\/-\/(?:ready|healthy)$/.exec(textAt(probe, 'path') ?? '')?.[1];
  return trimSlashes(flags.get('web.route-prefix') ?? external ?? (program === 'thanos' ? '' : (probed ?? '')));
}

function pathOf(url: string | undefined): string | undefined {
  return url === undefined || !URL.canParse(url) ? undefined : new URL(url).pathname;
}

function trimSlashes(path: string): string {
  const inner = path.replace(/^\/+|\/+$/g, '');
  return inner === '' ? '' : `/${inner}`;
}
