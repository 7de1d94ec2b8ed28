/**
 * What `GET pods/NAME/log` answers. kwok reads files in the format of container runtimes: time, stream, tag, text.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kubectl } from './kubectl.ts';
import type { ControlPlane } from './control-plane.ts';
import { waitUntil } from './wait-until.ts';

/** The line that a crashed container leaves: a misspelt flag, as Thanos reports it. */
export const crashLine = `error: unknown long flag '--receive.capnproto-adress', try --help`;

const healthyLines = ['level=info msg="starting"', 'level=info msg="server is ready to receive web requests"'];

/** Manifest of the logs of pods that have none of their own: healthy lines now, a crash in the previous container. */
export function defaultLogs(folder: string): string {
  const current = writeLog(join(folder, 'current.log'), healthyLines);
  const previous = writeLog(join(folder, 'previous.log'), [healthyLines[0]!, crashLine]);
  return JSON.stringify({
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: 'default' },
    spec: { selector: {}, logs: [{ logsFile: current, previousLogsFile: previous }] },
  });
}

/** Gives one pod logs of its own (it need not exist yet). Returns when the API serves them, if the pod runs; throws after 10 seconds. */
export async function setPodLogs(
  plane: ControlPlane,
  namespace: string,
  pod: string,
  lines: { current: readonly string[]; previous?: readonly string[] },
): Promise<void> {
  const folder = join(plane.folder, '..', '..', '..', 'pod-logs', plane.name, namespace);
  const logsFile = writeLog(join(folder, `${pod}.log`), lines.current);
  const previousLogsFile = writeLog(join(folder, `${pod}.previous.log`), lines.previous ?? []);
  const manifest = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Logs',
    metadata: { name: pod, namespace },
    spec: { logs: [{ logsFile, previousLogsFile }] },
  };
  await kubectl(plane, ['apply', '-f', '-'], { input: JSON.stringify(manifest) });
  const exists = (await kubectl(plane, ['get', 'pod', pod], { namespace, allowFailure: true })).exitCode === 0;
  if (!exists) return;
  const served = async () =>
    (await kubectl(plane, ['logs', pod], { namespace, allowFailure: true })).stdout === lines.current.join('\n');
  await waitUntil(served, { what: `the logs of ${namespace}/${pod}`, timeoutMs: 10_000 });
}

function writeLog(path: string, lines: readonly string[]): string {
  mkdirSync(dirname(path), { recursive: true });
  const time = new Date().toISOString().replace('Z', '000000Z');
  writeFileSync(path, lines.map((line) => `${time} stderr F ${line}\n`).join(''));
  return path;
}
