/**
 * Real Kubernetes control planes as local processes: etcd, API server, controller manager and scheduler, with kwok in place of kubelets.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { toolPath } from '../../scripts/tools/build.ts';
import { findFreePorts } from './free-ports.ts';
import { kubectl } from './kubectl.ts';
import { defaultLogs } from './pod-logs.ts';
import { controlPlaneProcesses, forgetProcess, noteProcess } from './run-folder.ts';
import { waitUntil } from './wait-until.ts';

const kwokctlTimeoutMs = 120_000;

/** A running control plane. Plain JSON: vitest hands it from the process that started it to the test files. */
export interface ControlPlane {
  readonly name: string;
  /** kwokctl's folder of this cluster: `pids/`, `logs/`, `pki/`, `etcd/`. */
  readonly folder: string;
  readonly kubeconfig: string;
  /** https://127.0.0.1:PORT */
  readonly server: string;
  /** Paths of the certificate authority and of the administrator's certificate and key. */
  readonly pki: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** Starts a control plane with two Ready nodes, a StorageClass that binds, and pod logs. About 5 seconds. `name` is unique in the run. */
export async function startControlPlane(runFolder: string, name: string): Promise<ControlPlane> {
  const folder = join(runFolder, 'kwok', 'clusters', name);
  const kubeconfig = join(runFolder, `${name}.kubeconfig`);
  const config = join(runFolder, `${name}.kwokctl.yaml`);
  writeFileSync(config, await kwokctlConfig());
  const binaries = await Promise.all(
    ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'].map(async (tool) => [
      `--${tool}-binary`,
      await toolPath(tool),
    ]),
  );
  await kwokctl(runFolder, [
    'create',
    'cluster',
    '--name',
    name,
    '--runtime',
    'binary',
    '--config',
    config,
    '--kubeconfig',
    kubeconfig,
    '--wait',
    '60s',
    ...binaries.flat(),
    '--kwok-controller-binary',
    await toolPath('kwok'),
  ]);
  const pki = {
    ca: join(folder, 'pki', 'ca.crt'),
    cert: join(folder, 'pki', 'admin.crt'),
    key: join(folder, 'pki', 'admin.key'),
  };
  const plane: ControlPlane = { name, folder, kubeconfig, server: readServer(kubeconfig), pki };
  await kwokctl(runFolder, ['scale', 'node', '--name', name, '--replicas', '2']);
  await provideDefaults(plane, runFolder);
  return plane;
}

/** Ends a control plane and forgets its data. */
export async function deleteControlPlane(plane: ControlPlane): Promise<void> {
  await kwokctl(runFolderOf(plane), ['delete', 'cluster', '--name', plane.name]);
}

/** Stops all processes of the control plane, keeping its data, and returns when they are gone: kwokctl returns before. */
export async function stopControlPlane(plane: ControlPlane): Promise<void> {
  await kwokctl(runFolderOf(plane), ['stop', 'cluster', '--name', plane.name]);
  await waitUntil(() => controlPlaneProcesses(plane.folder).length === 0, {
    what: `the processes of ${plane.name} to end`,
    timeoutMs: 60_000,
  });
}

/** Starts a stopped control plane on the same port, and returns when the API server is ready. */
export async function resumeControlPlane(plane: ControlPlane): Promise<void> {
  await kwokctl(runFolderOf(plane), ['start', 'cluster', '--name', plane.name, '--wait', '60s']);
  await waitUntil(async () => (await kubectl(plane, ['get', '--raw', '/readyz'])).stdout === 'ok', {
    what: `${plane.name} to be ready`,
  });
}

/** An outage as seen by a client: every connection breaks, the API is away for about 3 seconds, then the same data is back. */
export async function restartApiServer(plane: ControlPlane): Promise<void> {
  await stopControlPlane(plane);
  await resumeControlPlane(plane);
}

/** Options and kwok stages, as one file. kwok's CRDs for logs and port-forwards let a test set them for its own pods; stages stay in the file. */
async function kwokctlConfig(): Promise<string> {
  const stages = ['nodes', 'pods-healthy', 'pods-failing', 'volumes'].map((name) =>
    readFileSync(fileURLToPath(new URL(`stages/${name}.yaml`, import.meta.url)), 'utf8'),
  );
  const servers = ['kubeApiserver', 'etcd', 'etcdPeer', 'kubeControllerManager', 'kubeScheduler', 'kwokController'];
  const free = await findFreePorts(servers.length);
  const ports = servers.map((server, index) => `  ${server}Port: ${free[index]}`).join('\n');
  const options = readFileSync(fileURLToPath(new URL('kwokctl.yaml', import.meta.url)), 'utf8');
  return [options.replace(/^options:$/m, `options:\n${ports}`), ...stages].join('\n---\n');
}

async function provideDefaults(plane: ControlPlane, runFolder: string): Promise<void> {
  const logs = join(runFolder, 'pod-logs');
  mkdirSync(logs, { recursive: true });
  await kubectl(plane, ['apply', '-f', fileURLToPath(new URL('storage-class.yaml', import.meta.url)), '-f', '-'], {
    input: defaultLogs(logs),
  });
  await kubectl(plane, ['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=50s']);
}

/** kwokctl under a time limit: a `start` on a taken port hangs for minutes. Proxy settings would lead the API server away from the pods. */
async function kwokctl(runFolder: string, args: readonly string[]): Promise<void> {
  const env = { PATH: process.env.PATH ?? '', HOME: runFolder, KWOK_WORKDIR: join(runFolder, 'kwok') };
  const child = execa(await toolPath('kwokctl'), [...args], {
    env,
    extendEnv: false,
    timeout: kwokctlTimeoutMs,
    killSignal: 'SIGKILL',
    stdin: 'ignore',
  });
  // Noted like the rest: a kwokctl that outlives its run would go on starting processes that nobody ends.
  noteProcess(runFolder, child.pid!);
  await child.finally(() => forgetProcess(runFolder, child.pid!));
}

function runFolderOf(plane: ControlPlane): string {
  return join(plane.folder, '..', '..', '..');
}

function readServer(kubeconfig: string): string {
  const server = /server: (\S+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1];
  if (!server) throw new Error(`no server in ${kubeconfig}`);
  return server;
}
