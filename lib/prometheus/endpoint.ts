import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { redactText } from '../core/redaction.ts';
import { startDeadline } from '../kube/deadline.ts';
import { makeNetworkError } from '../kube/network-error.ts';
import { openPortForward } from '../kube/port-forward.ts';
import { openTransport } from '../kube/transport.ts';
import type { Connection } from '../kube/types.ts';
import type { Component } from './components.ts';

/** A value may come several times: `match[]`. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One way to ask one component over HTTP. */
export interface Endpoint {
  component: Component;
  /** How it is reached, for the facts. */
  way: 'port-forward';
  /**
   * @param path of its API (`/api/v1/query`), or `/metrics`, `/-/ready`; the component's prefix is put before it
   * @param signal ends this request
   * @throws endpoint.unreachable for no answer; any status is an answer
   */
  get(path: string, query?: Query, signal?: AbortSignal): Promise<EndpointAnswer>;
  close(): void;
}

/** The head of an answer; its body is read once. */
export interface EndpointAnswer {
  status: number;
  header(name: string): string | undefined;
  /** As it comes. @throws endpoint.unreachable when it breaks off */
  bytes(): AsyncIterable<Uint8Array>;
  /** @throws endpoint.unreachable */
  text(): Promise<string>;
}

/** How long a component may be silent: before its answer, and between two parts of it. */
const silentMs = 30_000;

/**
 * Reaches a component by a port-forward to its pod: it needs no route to the pods, leads to one replica and not to whichever
 * a Service picks, and to a program that listens on the pod's loopback alone.
 * @throws access.forbidden (create pods/portforward), server.*
 */
export async function openEndpoint(connection: Connection, component: Component, context: Context): Promise<Endpoint> {
  const { namespace, pod, port, scheme } = component;
  const forward = await openPortForward(connection, { namespace, pod, port });
  const server = `${scheme}://127.0.0.1:${forward.port}`;
  // The API server and the kubelet vouch for the pod; its certificate cannot name our loopback. Probes do the same (kubernetes pkg/probe/http).
  const wire = openTransport({ server, certificateAuthority: undefined, tlsServerName: undefined, insecureSkipTlsVerify: true, proxyUrl: undefined }, undefined, context.env);
  const unreachable = (error: unknown): unknown => {
    if (context.signal.aborted) return context.signal.reason;
    const said = forward.problem() ?? detailOf(error);
    return new RetraceError('endpoint.unreachable', { namespace, pod, port, detail: redactText(said.trim()) }, { cause: error });
  };
  return {
    component,
    way: 'port-forward',
    async get(path, query = {}, signal) {
      const deadline = startDeadline(silentMs, [context.signal, signal]);
      const fail = (error: unknown) => (signal?.aborted ? signal.reason : unreachable(deadline.isOver() ? new Error(`silent for ${silentMs / 1000}s`) : error)) as unknown;
      try {
        const url = `${server}${pathOn(component, path)}${queryText(query)}`;
        // A tunnel for each request: of a program that ends, its kept connection tells nothing where the kubelet keeps the other half open.
        const headers: [string, string][] = [['Accept', acceptFor(path)], ['User-Agent', 'retrace'], ['Connection', 'close']];
        const response = await wire.send({ method: 'GET', url, headers, body: undefined, signal: deadline.signal });
        deadline.stopTimer();
        const bytes = () => readBytes(response.readBytes(), fail, deadline.release);
        return { status: response.status, header: response.header, bytes, text: () => readText(bytes()) };
      } catch (error) {
        deadline.release();
        throw fail(error);
      }
    },
    close() {
      wire.close();
      forward.close();
    },
  };
}

/** Ways that are opened when they are first asked for, each once, and closed together. */
export interface OpenedEndpoints {
  endpoint(component: Component): Promise<Endpoint>;
  close(): Promise<void>;
}

/** None is opened yet. @throws by `endpoint` as openEndpoint */
export function openEndpoints(connection: Connection, context: Context): OpenedEndpoints {
  const opened = new Map<string, Promise<Endpoint>>();
  return {
    endpoint(component) {
      const name = `${component.namespace}/${component.pod}/${component.container}`;
      const made = opened.get(name) ?? openEndpoint(connection, component, context);
      opened.set(name, made);
      return made;
    },
    async close() {
      for (const each of await Promise.allSettled(opened.values())) if (each.status === 'fulfilled') each.value.close();
    },
  };
}

/** The path as the component serves it. */
export function pathOn({ prefix, metricsPrefix }: Pick<Component, 'prefix' | 'metricsPrefix'>, path: string): string {
  return `${path.startsWith('/api/') ? prefix : metricsPrefix}${path}`;
}

// The oldest text format, without a quarrel over escaped names (prometheus/docs escaping_schemes.md).
function acceptFor(path: string): string {
  return path === '/metrics' ? 'text/plain;version=0.0.4' : 'application/json';
}

function queryText(query: Query): string {
  const text = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((each): [string, string] => [name, String(each)])))).toString();
  return text === '' ? '' : `?${text}`;
}

async function* readBytes(chunks: AsyncIterable<Uint8Array>, fail: (error: unknown) => unknown, release: () => void): AsyncGenerator<Uint8Array> {
  const parts = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const silence = startDeadline(silentMs, []);
      try {
        const part = await Promise.race([parts.next(), new Promise<never>((_, reject) => silence.signal.addEventListener('abort', () => reject(new Error(`silent for ${silentMs / 1000}s`)), { once: true }))]);
        if (part.done) return;
        yield part.value;
      } finally {
        silence.release();
      }
    }
  } catch (error) {
    throw fail(error);
  } finally {
    release();
    // A reader that leaves early ends the answer; of one that is silent nobody waits for the end.
    void Promise.resolve(parts.return?.(undefined)).catch(() => {});
  }
}

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

function detailOf(error: unknown): string {
  const failure = makeNetworkError({ method: 'GET', path: '/' }, error, false, { server: '', proxy: undefined, user: '' });
  return 'detail' in failure.params && typeof failure.params.detail === 'string' ? failure.params.detail : String(error);
}
