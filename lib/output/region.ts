import { createLogUpdate } from 'log-update';
import type { OutputStream } from '../core/context.ts';

/** Lines of a terminal that are redrawn in their place. */
export interface Region {
  draw(text: string): void;
  /** A line of its own that stays above. */
  persist(line: string): void;
  /** What was drawn last stays. Resolves when everything is written. */
  end(): Promise<void>;
}

/** @param rows of the terminal now: what scrolls out of it cannot be redrawn */
export function openRegion(stream: OutputStream, rows: () => number): Region {
  let written = Promise.resolve();
  const region = createLogUpdate({
    get columns() {
      return stream.columns ?? 80;
    },
    get rows() {
      return rows();
    },
    write(text: string) {
      written = written.then(() => stream.write(text));
      return true;
    },
  } as unknown as NodeJS.WriteStream);
  return {
    draw: region,
    persist: region.persist,
    end() {
      region.done();
      return written;
    },
  };
}
