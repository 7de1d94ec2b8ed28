/** The real Prometheus Operator as a local process beside a control plane. */
import { join } from 'node:path';
import { execa } from 'execa';
import { toolPath } from '../../scripts/tools/build.ts';
import { moduleFolder } from '../../scripts/tools/go-module.ts';
import { findTool } from '../../scripts/tools/list.ts';
import type { ControlPlane } from './control-plane.ts';
import { findFreePorts } from './free-ports.ts';
import { kubectl } from './kubectl.ts';
import { forgetProcess, noteProcess } from './run-folder.ts';
import { waitUntil } from './wait-until.ts';

const crds = ['alertmanagers', 'alertmanagerconfigs', 'podmonitors', 'probes', 'prometheusagents', 'prometheuses', 'prometheusrules', 'scrapeconfigs', 'servicemonitors', 'thanosrulers'];

/** Makes the operator's CRDs and starts it. @returns what ends it; otherwise it ends with the run */
export async function startPrometheusOperator(plane: ControlPlane, runFolder: string): Promise<() => void> {
  const { module, moduleVersion } = findTool('prometheus-operator');
  const folder = join(await moduleFolder(module, moduleVersion), 'example', 'prometheus-operator-crd');
  const files = crds.flatMap((name) => ['-f', join(folder, `monitoring.coreos.com_${name}.yaml`)]);
  await kubectl(plane, ['create', ...files]);
  // `kubectl wait` fails on a definition that has no conditions yet.
  const served = async () => (await kubectl(plane, ['get', crds.join(','), '-A'], { allowFailure: true })).exitCode === 0;
  await waitUntil(served, { what: 'the types of the Prometheus Operator' });
  const [port] = await findFreePorts(1);
  const log = { file: join(runFolder, `${plane.name}-prometheus-operator.log`), append: true };
  const args = [`--web.listen-address=127.0.0.1:${port}`, '--prometheus-config-reloader=reloader:v0.85.0'];
  const child = execa(await toolPath('prometheus-operator'), args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: runFolder, KUBECONFIG: plane.kubeconfig },
    extendEnv: false,
    stdin: 'ignore',
    stdout: log,
    stderr: log,
    reject: false,
  });
  noteProcess(runFolder, child.pid!);
  return () => {
    child.kill('SIGKILL');
    forgetProcess(runFolder, child.pid!);
  };
}
