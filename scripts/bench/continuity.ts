/** Reading the sample times of 10 000 series over a day, as a place that answers queries streams them, beside JSON.parse of the same bytes. */
import { existsSync, readFileSync } from 'node:fs';
import { StretchRecorder } from '../../lib/checks/continuity/stretch.ts';
import { MatrixReader } from '../../lib/formats/matrix.ts';
import { median, type BenchResult } from './result.ts';

const [seriesCount, intervalMs, hours] = [10_000, 15_000, 24];
const startMs = Date.UTC(2026, 10, 22);
const chunkBytes = 65_536;
const hourMs = 3_600_000;

/** MB/s of both, hour by hour in turn, and peak memory for a day, and for two beside it: it must not grow with the window. */
export async function benchContinuity(): Promise<BenchResult[]> {
  const speeds = { ours: [] as number[], peer: [] as number[] };
  for (let hour = 0; hour < 6; hour += 1) {
    const answer = Buffer.concat([...makeAnswer(hour)]);
    const peer = time(() => parseWhole(answer));
    const ours = time(() => readAll(cut(answer), new Map()));
    // The first one warms both up.
    if (hour > 0) for (const [name, seconds] of [['ours', ours], ['peer', peer]] as const) speeds[name].push(answer.length / 1e6 / seconds);
  }
  const [day, twoDays] = [await memoryFor(hours), await memoryFor(2 * hours)];
  return [
    { name: 'continuity', ours: median(speeds.ours), peer: median(speeds.peer), unit: 'MB/s' },
    { name: 'continuity-memory', ours: day, peer: twoDays, unit: 'MiB' },
    { name: 'continuity-memory-flat', ours: twoDays, peer: day, unit: 'MiB' },
  ];
}

/** Peak of a process that does nothing else, in mebibytes. It tells that itself: in what the system says of a child, Linux counts what its parent had when it was made. */
async function memoryFor(hourCount: number): Promise<number> {
  const child = Bun.spawn([process.execPath, import.meta.path, String(hourCount)], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [stdout, stderr, exitCode] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
  if (exitCode !== 0) throw new Error(`reading ${hourCount} hours ended with ${exitCode}: ${stderr}`);
  return Number(stdout);
}

function time(work: () => void): number {
  const startedMs = performance.now();
  work();
  return (performance.now() - startedMs) / 1000;
}

function parseWhole(answer: Uint8Array): void {
  const { data } = JSON.parse(new TextDecoder().decode(answer)) as { data: { result: unknown[] } };
  if (data.result.length !== seriesCount) throw new Error('not all was parsed');
}

/** As the check does: the times of each series become stretches of one pace. */
function readAll(chunks: Iterable<Uint8Array>, recorders: Map<string, StretchRecorder>): void {
  const reader = new MatrixReader(({ labels, timesMs }) => {
    const key = labels['instance']!;
    const recorder = recorders.get(key) ?? new StretchRecorder();
    recorders.set(key, recorder);
    recorder.add(timesMs);
  });
  for (const chunk of chunks) reader.write(chunk);
  const { series, samples } = reader.end();
  if (series !== seriesCount || samples !== seriesCount * (hourMs / intervalMs)) throw new Error(`read ${samples} samples of ${series} series`);
}

function* cut(answer: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < answer.length; at += chunkBytes) yield answer.subarray(at, at + chunkBytes);
}

/** One hour of every series, as Prometheus writes it. */
function* makeAnswer(hour: number): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode('{"status":"success","data":{"resultType":"matrix","result":[');
  for (let series = 0; series < seriesCount; series += 1) {
    const labels = { __name__: 'up', cluster: 'cluster-03', instance: `10.0.${series >> 8}.${series & 255}:9100`, job: 'node-exporter', prometheus_replica: 'prometheus-k8s-0' };
    const phaseMs = (series * 977) % intervalMs;
    const values: string[] = [];
    for (let at = 0; at < hourMs; at += intervalMs) values.push(`[${(startMs + hour * hourMs + at + phaseMs) / 1000},"1"]`);
    yield encoder.encode(`${series > 0 ? ',' : ''}{"metric":${JSON.stringify(labels)},"values":[${values.join(',')}]}`);
  }
  yield encoder.encode(']}}\n');
}

function peakMebibytes(): number {
  const [, kibibytes] = existsSync('/proc/self/status') ? (/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []) : [];
  return kibibytes === undefined ? process.resourceUsage().maxRSS / 1024 : Number(kibibytes) / 1024;
}

// As its own process: what is measured then is this and nothing of the other benchmarks.
if (import.meta.main) {
  const recorders = new Map<string, StretchRecorder>();
  for (let hour = 0; hour < Number(process.argv[2]); hour += 1) readAll(makeAnswer(hour), recorders);
  if ([...recorders.values()].some(({ stretches }) => stretches.length !== 1)) throw new Error('holes were found where there are none');
  process.stdout.write(String(peakMebibytes()));
}
