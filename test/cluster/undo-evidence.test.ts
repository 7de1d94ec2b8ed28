/** What an undo destroys is kept first, readable by its owner alone and without secret values. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '../support/fixtures.ts';
import { setPodLogs } from '../support/pod-logs.ts';
import { deploy, quickly, rollOutBadly, runIdIn } from '../support/roll-outs.ts';
import { thanosReceive } from '../support/workloads.ts';

test.concurrent('evidence holds the logs of the crashing container, events and objects; all of it private', async ({ cluster, namespace, cli, home }) => {
  const target = 'sts/thanos-receive';
  await deploy(cluster, namespace, target, thanosReceive());
  await rollOutBadly(cluster, namespace, target, 'thanos:broken');
  await setPodLogs(cluster, namespace, 'thanos-receive-2', {
    current: ['level=info msg="starting"', 'level=info remote=https://receive:hunter2@central.example.com/api'],
    previous: ['panic: open /var/thanos/receive: no space left on device'],
  });
  const result = await cli('rollback', ['undo', target, '-n', namespace, '--yes', '--reason=receive crashes', '--ticket=INC-7', ...quickly]);
  expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/evidence: kept, [\d.]+ KiB/) });

  const directory = join(home, 'state', 'retrace', 'runs', runIdIn(result));
  expect(result.stderr).toContain(`evidence in ${directory}\n`);
  const evidence = join(directory, 'evidence', `${namespace}.statefulset-thanos-receive`);
  const read = (...path: string[]) => readFileSync(join(evidence, ...path), 'utf8');
  expect(read('logs', 'thanos-receive-2', 'receive.previous.log')).toContain('no space left on device');
  const current = read('logs', 'thanos-receive-2', 'receive.log');
  expect(current).toContain('central.example.com/api');
  expect(readdirSync(join(evidence, 'logs'))).toEqual(['thanos-receive-2']);
  expect(JSON.parse(read('events.json')).map((event: any) => event.reason)).toContain('BackOff');
  expect(JSON.parse(read('objects', 'pods-thanos-receive-2.json')).spec.containers[0].image).toBe('thanos:broken');
  expect(JSON.parse(read('objects', 'statefulsets-thanos-receive.json')).spec.template.spec.containers[0].image).toBe('thanos:broken');
  expect(JSON.parse(read('index.json'))).toMatchObject({ gaps: [] });

  const journal = readFileSync(join(directory, 'journal.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  expect(journal.map((entry) => entry.type)).toEqual(expect.arrayContaining(['started', 'intended', 'done', 'noted', 'finished']));
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((path) => join(directory, path));
  for (const path of [directory, ...paths]) {
    const stat = statSync(path);
    expect([path, (stat.mode & 0o777).toString(8)]).toEqual([path, stat.isDirectory() ? '700' : '600']);
    const secrets = stat.isFile() ? /hunter2|test-secret-value/.exec(readFileSync(path, 'utf8')) : null;
    expect([path, secrets]).toEqual([path, null]);
  }
});
