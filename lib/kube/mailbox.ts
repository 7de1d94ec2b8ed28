/** Holds the latest value for one reader: what was put while the reader was busy is replaced, not queued. */
export interface Mailbox<T> {
  put(value: T): void;
  /** Ends the reading, after an error with that error; what is still in the box is dropped. */
  close(error?: unknown): void;
  /** The latest value as soon as there is one; undefined once closed. */
  take(): Promise<T | undefined>;
}

export function openMailbox<T>(): Mailbox<T> {
  let latest: { value: T } | undefined;
  let closed: { error: unknown } | undefined;
  let wake: () => void = () => {};
  return {
    put(value) {
      latest = { value };
      wake();
    },
    close(error) {
      closed ??= { error };
      wake();
    },
    async take() {
      while (!latest && !closed) await new Promise<void>((resolve) => (wake = resolve));
      if (closed?.error !== undefined) throw closed.error;
      if (closed) return undefined;
      const value = latest?.value;
      latest = undefined;
      return value;
    },
  };
}
