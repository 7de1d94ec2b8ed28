import { textOf, type LineScanner } from './line-scanner.ts';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'gaugehistogram' | 'summary' | 'untyped';

/** One sample, valid only during the call: the next line uses the same object. */
export interface Sample {
  /** Of the metric as it stands in the line: `x_bucket`, not its family. */
  readonly name: string;
  readonly value: number;
  /** Undefined where the line has none. */
  readonly timestampMs: number | undefined;
  /** Type of its family; `untyped` where none was told. */
  readonly type: MetricType;
  readonly labelCount: number;
  /** Undefined for a label that it does not have. */
  label(name: string): string | undefined;
  /** All labels, in the order of the line. */
  labels(): Record<string, string>;
  /** 32 bits of the labels as they stand (FNV-1a): the same text has the same, another text hardly ever. */
  labelHash(): number;
}

/** A sample that reads the places of the scanner's line. */
export class LineSample implements Sample {
  name = '';
  type: MetricType = 'untyped';
  readonly #line: LineScanner;

  constructor(line: LineScanner) {
    this.#line = line;
  }

  get value(): number {
    return this.#line.value;
  }

  get timestampMs(): number | undefined {
    return this.#line.timestampMs;
  }

  get labelCount(): number {
    return this.#line.labels;
  }

  label(name: string): string | undefined {
    for (let slot = 0; slot < this.#line.labels; slot++) if (this.#nameOf(slot) === name) return this.#valueOf(slot);
    return undefined;
  }

  labels(): Record<string, string> {
    // No prototype: a label may be called __proto__.
    const all = Object.create(null) as Record<string, string>;
    for (let slot = 0; slot < this.#line.labels; slot++) all[this.#nameOf(slot)] = this.#valueOf(slot);
    return all;
  }

  labelHash(): number {
    const { bytes, places, labels } = this.#line;
    let hash = 0x811c9dc5;
    if (labels === 0) return hash;
    for (let at = places[0]!, end = places[labels * 4 - 1]!; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    return hash;
  }

  #nameOf(slot: number): string {
    const { bytes, places, flags } = this.#line;
    return textOf(bytes, places[slot * 4]!, places[slot * 4 + 1]!, (flags[slot]! & 1) !== 0);
  }

  #valueOf(slot: number): string {
    const { bytes, places, flags } = this.#line;
    return textOf(bytes, places[slot * 4 + 2]!, places[slot * 4 + 3]!, (flags[slot]! & 2) !== 0);
  }
}
