/**
 * `npm run demo`: a Thanos Receive hashring breaks in a real control plane, kubectl's own undo does not get it back, `kubectl rollback` does.
 * Every command is printed and run as a person would type it; the end state is checked, not assumed.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../test/support/control-plane.ts';
import { kubectl, kubectlJson } from '../test/support/kubectl.ts';
import { cliEnvironment, createCliHome } from '../test/support/run-cli.ts';
import { createRunFolder, endRun, sweepDeadRuns } from '../test/support/run-folder.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import { startWatchdog } from '../test/support/watchdog/start.ts';
import { podStates, thanosReceive, waitForWaitingReason } from '../test/support/workloads.ts';
import { openShell, type Shell } from './demo/shell.ts';

const namespace = 'monitoring';
const target = 'sts/thanos-receive';
const goodImage = 'thanos:v0.42.3';

const runFolder = createRunFolder();
// Ctrl-C and kill included: when this process is gone, the watchdog ends the control plane.
startWatchdog(runFolder);
try {
  await sweepDeadRuns();
  const { plane, shell } = await prepare();
  await deploy(plane, shell);
  await breakWithABadImage(plane, shell);
  await tryKubectlsOwnUndo(plane, shell);
  await breakAgainAndRollBack(plane, shell);
  await checkEnd(plane, shell);
} catch (error) {
  process.stderr.write(`\ndemo failed: ${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await endRun(runFolder);
}

async function prepare(): Promise<{ plane: ControlPlane; shell: Shell }> {
  process.stdout.write(
    '# Starting a Kubernetes control plane on this machine: etcd, API server, controllers, two nodes\n',
  );
  const plane = await startControlPlane(runFolder, 'demo');
  await kubectl(plane, ['create', 'namespace', namespace]);
  await kubectl(plane, ['config', 'set-context', '--current', '--namespace', namespace]);
  const home = createCliHome(runFolder);
  writeFileSync(
    join(home, 'thanos-receive.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: thanosReceive({ image: goodImage }) }, null, 2),
  );
  return { plane, shell: openShell(home, await cliEnvironment(home, plane.kubeconfig)) };
}

async function deploy(plane: ControlPlane, shell: Shell): Promise<void> {
  shell.say(
    'A Thanos Receive hashring: three pods that start one after the other, each waiting for the one before (OrderedReady)',
  );
  await shell.run('kubectl', 'apply', '-f', 'thanos-receive.json');
  await shell.run('kubectl', 'rollout', 'status', target);
  await waitUntil(
    async () => Object.values(await podStates(plane, namespace)).filter(({ ready }) => ready).length === 3,
    { what: 'three Ready pods' },
  );
  await showPods(shell);
}

async function breakWithABadImage(plane: ControlPlane, shell: Shell): Promise<void> {
  shell.say('Someone rolls out an image whose flags are wrong');
  await shell.run('kubectl', 'set', 'image', target, 'receive=thanos:broken');
  await waitForWaitingReason(plane, namespace, 'thanos-receive-2', 'CrashLoopBackOff');
  await showPods(shell);
  await shell.run('kubectl', 'logs', 'thanos-receive-2', '--previous');
}

async function tryKubectlsOwnUndo(plane: ControlPlane, shell: Shell): Promise<void> {
  shell.say(
    "kubectl's own undo repairs the template and leaves the set stuck: a pod that never gets Ready blocks the roll-out (kubernetes#67250)",
  );
  await shell.run('kubectl', 'rollout', 'undo', target);
  const code = await shell.tryRun('kubectl', 'rollout', 'status', target, '--timeout=15s');
  await showPods(shell);
  if (code === 0) throw new Error("kubectl's undo was expected to stay stuck, and did not");
  const stuck = (await podStates(plane, namespace))['thanos-receive-2'];
  if (stuck?.image !== 'thanos:broken' || stuck.ready)
    throw new Error('thanos-receive-2 was expected to stay on the broken image');
}

async function breakAgainAndRollBack(plane: ControlPlane, shell: Shell): Promise<void> {
  shell.say('Once more from the start: the bad image is rolled out again');
  await shell.run('kubectl', 'set', 'image', target, 'receive=thanos:broken');
  await waitForWaitingReason(plane, namespace, 'thanos-receive-2', 'CrashLoopBackOff');
  shell.say('What would kubectl rollback do?');
  await shell.run('kubectl', 'rollback', 'plan', target);
  shell.say('Do it');
  await shell.run('kubectl', 'rollback', 'undo', target, '-y', '--reason', 'bad image');
}

async function checkEnd(plane: ControlPlane, shell: Shell): Promise<void> {
  await showPods(shell);
  const pods = Object.values(await podStates(plane, namespace));
  const { status } = await kubectlJson(plane, ['get', target], { namespace });
  const whole = pods.length === 3 && pods.every(({ image, ready }) => ready && image === goodImage);
  if (!whole || status.currentRevision !== status.updateRevision)
    throw new Error('the hashring is not back on three Ready pods of the old revision');
  shell.say('Three Ready pods of the old revision. Done.');
}

/** Pods with the revision that each was made from. */
async function showPods(shell: Shell): Promise<void> {
  await shell.run('kubectl', 'get', 'pods', '-L', 'controller-revision-hash');
}
