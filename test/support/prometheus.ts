/**
 * Real Prometheus and Thanos as local processes, each behind a pod of a test's namespace: the pod carries the image and the arguments of a real
 * one, and kwok leads port-forwards to it to the process. So the product finds and reaches them as it does in a cluster.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { toolPath } from '../../scripts/tools/build.ts';
import { findTool } from '../../scripts/tools/list.ts';
import type { ControlPlane } from './control-plane.ts';
import { findFreePorts } from './free-ports.ts';
import { kubectl } from './kubectl.ts';
import { forgetProcess, noteProcess } from './run-folder.ts';
import { waitUntil } from './wait-until.ts';

/** Where programs run; `onTestFinished` is that of the test's context, which concurrent tests need. */
export interface Place {
  readonly cluster: ControlPlane;
  readonly namespace: string;
  readonly runFolder: string;
  readonly onTestFinished: (end: () => Promise<void>) => void;
}

/** One process and its pod. */
export interface Program {
  readonly pod: string;
  /** `http://127.0.0.1:PORT` of the process itself. */
  readonly url: string;
  /** Port of loopback by the pod's port: 9090, 10901, 10902, 19291. */
  readonly ports: Readonly<Record<number, number>>;
  /** Data and configuration. */
  readonly folder: string;
  readonly configFile: string;
  start(): Promise<void>;
  /** Ends the process and leaves its pod Ready: what a cluster shows between two probes. Returns when it is gone. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** SIGHUP, as a config reloader's request. */
  reload(): void;
}

interface ProgramOptions {
  pod: string;
  image: string;
  /** As in the pod. */
  podArgs: readonly string[];
  podPorts: readonly number[];
  httpPort: number;
  tool: 'prometheus' | 'thanos';
  /** Of the process, once its ports are known. */
  args(program: { ports: Record<number, number>; folder: string; configFile: string }): string[];
  config?(ports: Record<number, number>): string;
  volumes?: readonly object[];
  volumeMounts?: readonly object[];
}

export interface PrometheusOptions {
  readonly agent?: boolean;
  /** Its whole configuration, of its own address `127.0.0.1:PORT`. */
  config(address: string): string;
  /** Of the process: `--storage.tsdb.min-block-duration=10s`. */
  args?: readonly string[];
  /** Name of the ConfigMap that the pod takes its configuration from. */
  configMap?: string;
}

/** A Prometheus, server or agent, that is ready. */
export async function startPrometheus(place: Place, pod: string, { agent = false, config, args = [], configMap }: PrometheusOptions): Promise<Program> {
  return startProgram(place, {
    pod,
    image: `quay.io/prometheus/prometheus:v${findTool('prometheus').version}`,
    podArgs: ['--config.file=/etc/prometheus/prometheus.yml', agent ? '--agent' : '--storage.tsdb.path=/prometheus'],
    podPorts: [9090],
    httpPort: 9090,
    tool: 'prometheus',
    config: (ports) => config(`127.0.0.1:${ports[9090]}`),
    args: ({ ports, folder, configFile }) => [
      `--config.file=${configFile}`,
      ...(agent ? ['--agent', `--storage.agent.path=${join(folder, 'data')}`] : [`--storage.tsdb.path=${join(folder, 'data')}`]),
      `--web.listen-address=127.0.0.1:${ports[9090]}`,
      // With a dead receiver the default takes two minutes to end.
      '--storage.remote.flush-deadline=1s',
      ...args,
    ],
    ...(configMap === undefined ? {} : { volumes: [{ name: 'config', configMap: { name: configMap } }], volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus' }] }),
  });
}

/** Thanos Receive with an empty TSDB, that is ready. Writes go to `remoteWriteUrl`. */
export async function startReceive(place: Place, pod: string, args: readonly string[] = []): Promise<Program> {
  return startThanos(place, pod, 'receive', [10901, 10902, 19291, 19391], ({ ports, folder }) => [
    `--tsdb.path=${join(folder, 'data')}`,
    `--label=receive="${pod}"`,
    `--remote-write.address=127.0.0.1:${ports[19291]}`,
    // It listens there on all addresses whether anybody wants it or not: a second receiver would not start.
    `--receive.capnproto-address=127.0.0.1:${ports[19391]}`,
    ...args,
  ]);
}

/** Where a sender writes to a Receive. */
export function remoteWriteUrl(receive: Program): string {
  return `http://127.0.0.1:${receive.ports[19291]}/api/v1/receive`;
}

/** Thanos Query in front of programs that have a Store API, that is ready. */
export async function startQuery(place: Place, pod: string, stores: readonly Program[], args: readonly string[] = []): Promise<Program> {
  return startThanos(place, pod, 'query', [10901, 10902], () => [...stores.map(({ ports }) => `--endpoint=127.0.0.1:${ports[10901]}`), '--query.replica-label=replica', ...args]);
}

/** Any Thanos component, by its subcommand and its own arguments. */
export async function startThanos(place: Place, pod: string, command: string, podPorts: readonly number[], args: ProgramOptions['args']): Promise<Program> {
  return startProgram(place, {
    pod,
    image: `quay.io/thanos/thanos:v${findTool('thanos').version}`,
    podArgs: [command],
    podPorts,
    httpPort: 10902,
    tool: 'thanos',
    args: (program) => [command, `--http-address=127.0.0.1:${program.ports[10902]}`, ...(podPorts.includes(10901) ? [`--grpc-address=127.0.0.1:${program.ports[10901]}`] : []), ...args(program)],
  });
}

async function startProgram(place: Place, options: ProgramOptions): Promise<Program> {
  const { pod, podPorts, httpPort } = options;
  const folder = join(place.runFolder, place.namespace, pod);
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'config.yml');
  const free = await findFreePorts(podPorts.length);
  const ports = Object.fromEntries(podPorts.map((port, at) => [port, free[at]!]));
  if (options.config) writeFileSync(configFile, options.config(ports));
  const url = `http://127.0.0.1:${ports[httpPort]}`;
  const path = await toolPath(options.tool);
  const log = { file: join(folder, 'log'), append: true };
  let running: { pid: number; kill(signal: NodeJS.Signals): unknown; ended: Promise<unknown>; isOver: boolean } | undefined;
  const spawn = () => {
    const args = options.args({ ports, folder, configFile });
    const child = execa(path, args, { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder }, extendEnv: false, stdin: 'ignore', stdout: log, stderr: log, reject: false });
    noteProcess(place.runFolder, child.pid!);
    const made = { pid: child.pid!, kill: (signal: NodeJS.Signals) => child.kill(signal), ended: child as Promise<unknown>, isOver: false };
    void made.ended.then(() => (made.isOver = true));
    running = made;
  };
  const start = async () => {
    spawn();
    const isReady = async () => {
      // Receive 0.42 with data dies at its start in the first minute of every fourth hour: it prunes before its TSDB is open
      // (thanos pkg/receive/multitsdb.go Prune, shouldBeMarkedInactive on nil).
      if (running?.isOver) {
        forgetProcess(place.runFolder, running.pid);
        await pause(2000);
        spawn();
      }
      return (await fetch(`${url}/-/ready`)).status === 200;
    };
    await waitUntil(isReady, { what: `${pod} (${options.tool}) to be ready; its log is ${log.file}`, everyMs: 50, timeoutMs: 90_000 });
  };
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    const ending = running;
    if (ending === undefined) return;
    running = undefined;
    ending.kill(signal);
    // A SIGTERM that is not heard must not hang the test.
    const isEnded = await Promise.race([Promise.resolve(ending.ended).then(() => true), pause(20_000, false, { ref: false })]);
    if (!isEnded) ending.kill('SIGKILL');
    await ending.ended;
    forgetProcess(place.runFolder, ending.pid);
  };
  place.onTestFinished(() => stop());
  await start();
  await kubectl(place.cluster, ['apply', '-f', '-'], { namespace: place.namespace, input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [podManifest(options), portForwardManifest(pod, ports)] }) });
  await kubectl(place.cluster, ['wait', '--for=condition=Ready', `pod/${pod}`, '--timeout=30s'], { namespace: place.namespace });
  return { pod, url, ports, folder, configFile, start, stop, reload: () => running?.kill('SIGHUP') };
}

function podManifest({ pod, image, podArgs, podPorts, httpPort, tool, volumes = [], volumeMounts = [] }: ProgramOptions): object {
  const probe = { httpGet: { path: '/-/ready', port: 'http' } };
  const ports = podPorts.map((containerPort) => ({ name: containerPort === httpPort ? 'http' : `port-${containerPort}`, containerPort }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: tool, image, args: podArgs, ports, readinessProbe: probe, volumeMounts }], volumes },
  };
}

function portForwardManifest(pod: string, ports: Record<number, number>): object {
  const forwards = Object.entries(ports).map(([port, target]) => ({ ports: [Number(port)], target: { address: '127.0.0.1', port: target } }));
  return { apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'PortForward', metadata: { name: pod }, spec: { forwards } };
}
