import { createHash } from 'node:crypto';
import type { Part } from '../manifest.ts';
import { encryptFor, type Seal } from '../seal.ts';

/** So much text is compressed at a time: what is being written takes this much memory, not as much as the whole part. */
const chunkBytes = 2 * 1024 * 1024;
/** UTF-8 bytes that a UTF-16 unit takes at most. */
const mostBytesOfUnit = 3;

/**
 * JSON lines on their way into a part of a snapshot file. A part is a row of zstd frames, which every zstd reads as one
 * (RFC 8878 §3: frames are concatenated). Measured with 24 MB: the whole text joined and then compressed took 50 MB more
 * memory and no less time.
 */
export class LinePart {
  readonly #name: Part['name'];
  readonly #encoder = new TextEncoder();
  #chunk = new Uint8Array(chunkBytes);
  #filled = 0;
  #count = 0;
  readonly #frames: Uint8Array[] = [];

  constructor(name: Part['name']) {
    this.#name = name;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(line: string): void {
    const most = line.length * mostBytesOfUnit + 1;
    if (this.#filled > 0 && this.#filled + most > this.#chunk.length) this.#flush();
    if (most > this.#chunk.length) this.#chunk = new Uint8Array(most);
    this.#filled += this.#encoder.encodeInto(line, this.#chunk.subarray(this.#filled)).written;
    this.#chunk[this.#filled++] = 0x0a;
    this.#count += 1;
  }

  #flush(): void {
    // Level 3 takes 15 ms of CPU for 24 MB of objects, and level 19 makes it a tenth smaller in 4 s.
    this.#frames.push(Bun.zstdCompressSync(this.#chunk.subarray(0, this.#filled), { level: 3 }));
    this.#filled = 0;
  }

  /** The part, sealed when it is to be encrypted. */
  async finish(seal?: Seal): Promise<{ part: Part; bytes: Uint8Array }> {
    if (this.#filled > 0 || this.#frames.length === 0) this.#flush();
    const zipped = Buffer.concat(this.#frames);
    const isAge = seal?.kind === 'age';
    const bytes = isAge ? await encryptFor(seal.recipients, zipped) : zipped;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { part: { name: this.#name, encoding: isAge ? 'zstd+age' : 'zstd', bytes: bytes.length, sha256, objects: this.#count }, bytes };
  }
}
