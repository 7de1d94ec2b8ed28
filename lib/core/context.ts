/** Everything a command may know of the process it runs in. Nothing else in lib touches `process`. */
export interface Context {
  /** The laptop's clock. Ages of cluster objects use the server's Date instead. */
  now(): Date;
  /** A number in [0, 1). */
  random(): number;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  platform: NodeJS.Platform;
  /** Who is at the keyboard, for the record of a run. */
  user: string;
  host: string;
  pid: number;
  /** Tells a run that is going on from one whose process died. */
  isProcessAlive(pid: number): boolean;
  /** Aborted by the first Ctrl-C (or SIGTERM). */
  signal: AbortSignal;
  streams: Streams;
}

export interface Streams {
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
}

export interface InputStream {
  isTTY: boolean;
  /** The whole of standard input, for `-f -`. */
  readAll(): Promise<string>;
}

export interface OutputStream {
  isTTY: boolean;
  /** Undefined where there is no terminal. */
  columns: number | undefined;
  /** Resolves when the reader has taken it: a slow pipe loses nothing. */
  write(text: string): Promise<void>;
}
