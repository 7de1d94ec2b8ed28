import { createLogUpdate } from 'log-update';
import type { OutputStream } from '../core/context.ts';
import { cutTo } from './lines.ts';
import type { Messages } from './messages/messages.ts';

/** How far a capture is, on one line of a terminal that is gone when it ends. `stop` waits until everything is written. */
export interface CaptureLine {
  show(progress: { lists: number; listsDone: number; objects: number }): void;
  stop(): Promise<void>;
}

/** A line that is redrawn. */
export function openCaptureLine(stream: OutputStream, messages: Messages): CaptureLine {
  let written = Promise.resolve();
  const region = createLogUpdate({
    get columns() {
      return stream.columns ?? 80;
    },
    rows: 24,
    write(text: string) {
      written = written.then(() => stream.write(text));
      return true;
    },
  } as unknown as NodeJS.WriteStream);
  return {
    show: ({ lists, listsDone, objects }) => region(cutTo(messages.capture.progress(listsDone, lists, objects), stream.columns ?? 80)),
    stop() {
      region.clear();
      region.done();
      return written;
    },
  };
}
