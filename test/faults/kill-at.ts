/**
 * kubectl-rollback that is struck at a point of its run: at a line of its journal, or at a write to the cluster.
 *
 * RETRACE_TEST_KILL   `before:POINT` or `after:POINT` ends it with SIGKILL. POINT is the number of a line, counted in this process over all
 *                     journals (`after` when it is on the disk and in the record), or the name of a write (cluster-writes.ts), which is
 *                     struck before it is sent or when it is answered.
 * RETRACE_TEST_SLEEP  the same, and it sleeps (SIGSTOP) until somebody wakes it.
 * RETRACE_TEST_PLUGIN  another plugin than rollback.
 * RETRACE_TEST_WRITES a file that gets the name of every write, each when it is answered.
 */
import { appendFileSync } from 'node:fs';
import https from 'node:https';
import { Journal } from '../../lib/run/journal.ts';
import { WriteNames } from './cluster-writes.ts';

const kill = process.env['RETRACE_TEST_KILL'];
const sleep = process.env['RETRACE_TEST_SLEEP'];
const log = process.env['RETRACE_TEST_WRITES'];

/** Not a step further until the signal has struck. */
function reach(point: string): void {
  if (point === sleep) process.kill(process.pid, 'SIGSTOP');
  if (point !== kill) return;
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const append = Journal.prototype.append;
let count = 0;
Journal.prototype.append = async function (entry) {
  count += 1;
  const line = count;
  reach(`before:${line}`);
  await append.call(this, entry);
  reach(`after:${line}`);
};

const names = new WriteNames();

function begin(method: string, url: string, body: unknown): string | undefined {
  const name = names.nameOf({ method, url, body });
  if (name !== undefined) reach(`before:${name}`);
  return name;
}

function end(name: string | undefined): void {
  if (name === undefined) return;
  if (log !== undefined) appendFileSync(log, `${name}\n`);
  reach(`after:${name}`);
}

// lib/kube has two ways to the cluster (transport.ts): a session of fetch …
const RealSession = Bun.FetchSession;
type Session = InstanceType<typeof RealSession>;

class StruckSession {
  readonly #session: Session;

  constructor(init?: ConstructorParameters<typeof RealSession>[0]) {
    this.#session = new RealSession(init);
  }

  readonly fetch: Session['fetch'] = async (input, init) => {
    const name = begin(init?.method ?? 'GET', String(input), init?.body);
    const response = await this.#session.fetch(input, init);
    end(name);
    return response;
  };

  close(): void {
    this.#session.close();
  }
}

Object.assign(Bun, { FetchSession: StruckSession });

// … and node:https.
const open = https.request as (...args: any[]) => ReturnType<typeof https.request>;
https.request = ((url: string, options: { method: string }, answer: (incoming: unknown) => void) => {
  let name: string | undefined;
  const outgoing = open(url, options, (incoming: unknown) => {
    end(name);
    answer(incoming);
  });
  const send = outgoing.end.bind(outgoing);
  outgoing.end = ((body: unknown) => {
    name = begin(options.method, url, body);
    return send(body);
  }) as typeof outgoing.end;
  return outgoing;
}) as typeof https.request;

await import(`../../plugins/${process.env['RETRACE_TEST_PLUGIN'] ?? 'rollback'}/main.ts`);
