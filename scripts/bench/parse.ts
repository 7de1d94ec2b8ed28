/** Reading Prometheus' text format: every value summed, every label hashed, by us, by Go's expfmt and by Prometheus' own parser. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ExpositionParser } from '../../lib/formats/exposition/parser.ts';
import { ensureTools, toolPath } from '../tools/build.ts';
import { moduleFolder } from '../tools/go-module.ts';
import { findTool } from '../tools/list.ts';
import { median, type BenchResult } from './result.ts';

const run = promisify(execFile);
const rounds = 5;
/** Times that one text is read: 20 MB, as 106 answers of one Prometheus. */
const times = 106;

/** MB/s of the three, in turn. The text is Prometheus' own sample of 237 families. */
export async function benchParse(): Promise<BenchResult[]> {
  await ensureTools(['exposition-peer'], (line) => process.stderr.write(`${line}\n`));
  const { module, moduleVersion } = findTool('exposition-peer');
  const file = join(await moduleFolder(module, moduleVersion), 'model/textparse/testdata/alltypes.237mfs.prom.txt');
  const text = await readFile(file);
  const peer = await toolPath('exposition-peer');
  const seconds = { ours: [] as number[], expfmt: [] as number[], promparser: [] as number[] };
  for (let round = -1; round < rounds; round += 1) {
    const measured = { ours: readAll(text), expfmt: await readByPeer(peer, 'expfmt', file), promparser: await readByPeer(peer, 'promparser', file) };
    if (round >= 0) for (const name of ['ours', 'expfmt', 'promparser'] as const) seconds[name].push(measured[name]);
  }
  const speedOf = (values: readonly number[]) => (text.length * times) / 1e6 / median(values);
  const ours = speedOf(seconds.ours);
  return [
    { name: 'parse', ours, peer: speedOf(seconds.expfmt), unit: 'MB/s' },
    { name: 'parse-promparser', ours, peer: speedOf(seconds.promparser), unit: 'MB/s' },
  ];
}

async function readByPeer(peer: string, parser: string, file: string): Promise<number> {
  return Number((await run(peer, ['bench', parser, file, String(times)])).stdout);
}

// Kept where nobody can say that they are not used.
let sum = 0;
let hash = 0;

function readAll(text: Uint8Array): number {
  const startMs = performance.now();
  for (let time = 0; time < times; time += 1) {
    const parser = new ExpositionParser((sample) => {
      if (Number.isFinite(sample.value)) sum += sample.value;
      hash = (hash + sample.labelHash()) | 0;
    });
    parser.write(text);
    parser.end();
  }
  if (sum === 0 || hash === 0) throw new Error('nothing was read');
  return (performance.now() - startMs) / 1000;
}
