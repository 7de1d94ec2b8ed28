import { appendTime, readSamples, type SampleTimes } from './matrix-samples.ts';
import { endOfValue, MatrixError, readValue, skipBlanks } from './matrix-value.ts';

/** A series of a range selector's answer; valid only during the call, the next series uses the same memory. */
export interface MatrixSeries {
  labels: Readonly<Record<string, string>>;
  /** Of its samples, floats and native histograms, ascending: Unix time in milliseconds. */
  timesMs: Float64Array;
}

/** What the answer says besides its series. */
export interface MatrixAnswer {
  status: 'success' | 'error';
  errorType?: string;
  error?: string;
  /** Anything in here means that the series may not be all (thanos docs/components/query.md, Partial Response). */
  warnings: string[];
  infos: string[];
  series: number;
  samples: number;
}

type Frame = 'root' | 'data' | 'result' | 'series' | 'values' | 'histograms' | 'done';
type Phase = 'start' | 'key' | 'value' | 'item' | 'next';

const parentOf: Record<Frame, Frame> = { root: 'done', data: 'root', result: 'data', series: 'result', values: 'series', histograms: 'series', done: 'done' };
/** The containers that are read piece by piece; everything else is read as one value. */
const opens: Record<string, { byte: number; frame: Frame }> = {
  'root.data': { byte: 123, frame: 'data' },
  'data.result': { byte: 91, frame: 'result' },
  'series.values': { byte: 91, frame: 'values' },
  'series.histograms': { byte: 91, frame: 'histograms' },
};
const [quote, comma, colon, closeList, open, close] = [34, 44, 58, 93, 123, 125] as const;
/** No label set, warning or histogram is so long; more would not be flat. */
const longestValueBytes = 16 * 1024 ** 2;

/**
 * Reads the answer of Prometheus' HTTP API to a range selector (`POST /api/v1/query`, prometheus/prometheus web/api/v1/api.go and
 * util/jsonutil) chunk by chunk. Memory is that of the longest series and does not grow with the answer. The keys may stand in any
 * order, as JSON allows: Thanos and others have another one.
 * Own code: JSON.parse wants the whole answer and makes three objects of every sample, 1.3 GB of text for a day of 10 000 series;
 * the streaming parsers of npm make an event or a string of every number.
 */
export class MatrixReader {
  readonly #onSeries: (series: MatrixSeries) => void;
  readonly #times: SampleTimes = { timesMs: new Float64Array(1024), count: 0 };
  #rest: Uint8Array = new Uint8Array(0);
  /** Bytes before `#rest`. */
  #offset = 0;
  #frame: Frame = 'root';
  #phase: Phase = 'start';
  #key = '';
  #isAfterComma = false;
  #labels: Record<string, string> | undefined;
  #resultType: unknown;
  #top: Record<string, unknown> = {};
  #seriesCount = 0;
  #sampleCount = 0;

  constructor(onSeries: (series: MatrixSeries) => void) {
    this.#onSeries = onSeries;
  }

  /** @throws MatrixError at the first byte that is wrong */
  write(chunk: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    try {
      for (;;) {
        at = skipBlanks(bytes, at);
        if (at === bytes.length) break;
        const next = this.#step(bytes, at);
        if (next < 0) break;
        at = next;
      }
    } catch (error) {
      if (error instanceof MatrixError) throw new MatrixError(error.problem, this.#offset + error.position);
      throw error;
    }
    this.#offset += at;
    // A copy: whoever gave the chunk may use it again.
    this.#rest = bytes.slice(at);
    if (this.#rest.length > longestValueBytes) throw new MatrixError(`a value of more than ${longestValueBytes} bytes`, this.#offset);
  }

  /** @throws MatrixError for an answer that was cut off, is no matrix, or says neither success nor error */
  end(): MatrixAnswer {
    if (this.#frame !== 'done' || this.#rest.length > 0) throw new MatrixError('the answer ends in the middle', this.#offset + this.#rest.length);
    const { status, errorType, error, warnings, infos } = this.#top;
    if (status !== 'success' && status !== 'error') throw new MatrixError('status is neither success nor error', this.#offset);
    if (status === 'success' && this.#resultType !== 'matrix') throw new MatrixError('resultType is not matrix', this.#offset);
    return {
      status,
      ...(typeof errorType === 'string' ? { errorType } : {}),
      ...(typeof error === 'string' ? { error } : {}),
      warnings: textsOf(warnings),
      infos: textsOf(infos),
      series: this.#seriesCount,
      samples: this.#sampleCount,
    };
  }

  /** One step from a byte that is no blank. @returns where to go on, or -1 until more has come */
  #step(bytes: Uint8Array, at: number): number {
    const byte = bytes[at]!;
    if (this.#frame === 'done') throw new MatrixError('something stands behind the answer', at);
    if (this.#phase === 'start') return byte === open ? this.#enter('root', at) : expected("'{'", at);
    if (this.#phase === 'key') return this.#readKey(bytes, at, byte);
    if (this.#phase === 'value') return this.#readMember(bytes, at, byte);
    if (this.#phase === 'item') return this.#readItem(bytes, at, byte);
    if (byte === comma) {
      this.#phase = isList(this.#frame) ? 'item' : 'key';
      this.#isAfterComma = true;
      return at + 1;
    }
    return byte === (isList(this.#frame) ? closeList : close) ? this.#leave(at) : expected(isList(this.#frame) ? "',' or ']'" : "',' or '}'", at);
  }

  #readKey(bytes: Uint8Array, at: number, byte: number): number {
    if (byte === close && !this.#isAfterComma) return this.#leave(at);
    if (byte !== quote) return expected('a key', at);
    const end = endOfValue(bytes, at);
    const colonAt = end < 0 ? bytes.length : skipBlanks(bytes, end);
    if (colonAt === bytes.length) return -1;
    if (bytes[colonAt] !== colon) return expected("':'", colonAt);
    this.#key = readValue(bytes, at, end) as string;
    this.#phase = 'value';
    return colonAt + 1;
  }

  #readMember(bytes: Uint8Array, at: number, byte: number): number {
    const container = opens[`${this.#frame}.${this.#key}`];
    if (container?.byte === byte) return this.#enter(container.frame, at);
    const end = endOfValue(bytes, at);
    if (end < 0) return -1;
    const value = readValue(bytes, at, end);
    // An error has `null` for its data, an empty answer for its result.
    if (container !== undefined && value !== null) return expected(container.byte === open ? "'{'" : "'['", at);
    if (this.#frame === 'root' && container === undefined) this.#top[this.#key] = value;
    if (this.#frame === 'data' && this.#key === 'resultType') this.#resultType = value;
    if (this.#frame === 'series' && this.#key === 'metric') this.#labels = labelsOf(value, at);
    this.#phase = 'next';
    return end;
  }

  #readItem(bytes: Uint8Array, at: number, byte: number): number {
    if (byte === closeList && !this.#isAfterComma) return this.#leave(at);
    if (this.#frame === 'result') return byte === open ? this.#enter('series', at) : expected('a series', at);
    if (this.#frame === 'values') {
      const end = readSamples(bytes, at, this.#times);
      if (end >= 0) this.#phase = 'next';
      return end;
    }
    const end = endOfValue(bytes, at);
    if (end < 0) return -1;
    const value = readValue(bytes, at, end);
    if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'number') return expected('a time with a histogram', at);
    appendTime(this.#times, Math.round(value[0] * 1000));
    this.#phase = 'next';
    return end;
  }

  #enter(frame: Frame, at: number): number {
    this.#frame = frame;
    this.#phase = isList(frame) ? 'item' : 'key';
    this.#isAfterComma = false;
    if (frame === 'series') {
      this.#labels = undefined;
      this.#times.count = 0;
    }
    return at + 1;
  }

  #leave(at: number): number {
    if (this.#frame === 'series') this.#tell(at);
    this.#frame = parentOf[this.#frame];
    this.#phase = 'next';
    return at + 1;
  }

  #tell(at: number): void {
    if (this.#labels === undefined) throw new MatrixError('a series without its labels', at);
    const timesMs = this.#times.timesMs.subarray(0, this.#times.count);
    // Floats and histograms of one series stand in two lists.
    if (timesMs.some((time, index) => index > 0 && time < timesMs[index - 1]!)) timesMs.sort();
    this.#seriesCount++;
    this.#sampleCount += timesMs.length;
    this.#onSeries({ labels: this.#labels, timesMs });
  }
}

function isList(frame: Frame): boolean {
  return frame === 'result' || frame === 'values' || frame === 'histograms';
}

function expected(what: string, at: number): never {
  throw new MatrixError(`expected ${what}`, at);
}

function labelsOf(value: unknown, at: number): Record<string, string> {
  const isLabels = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((label) => typeof label === 'string');
  return isLabels ? (value as Record<string, string>) : expected('labels', at);
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
