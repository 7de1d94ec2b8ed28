import type { Json, JsonObject } from '../core/json.ts';
import type { NamedCluster } from './access-entry.ts';
import type { UpgradeRequest } from './upgrade.ts';

/** An API object as the server sent it, unknown fields included. Never passed through typed models: those drop fields. */
export interface KubeObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface ObjectMeta extends JsonObject {
  name: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
}

/** A type that the API server serves, from discovery. */
export interface ResourceType {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  namespaced: boolean;
  verbs: string[];
}

/** What a person names: `sts/thanos-receive` resolved against discovery. */
export interface TargetRef {
  type: ResourceType;
  namespace: string | undefined;
  name: string;
}

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml';

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'test';
  path: string;
  value?: Json;
}

export interface KubeRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server's base, starting with `/`. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: Json;
  contentType?: string;
  accept?: string;
  /** Aborts this request at once, whatever it is. */
  signal?: AbortSignal;
  /** A POST that changes nothing (access review): it is retried as a read. A request with `dryRun=All` needs no mark. */
  withoutEffect?: boolean;
  /** `none`: one attempt even for a read, where another answer is at hand (one API group of many). */
  retry?: 'none';
}

export interface KubeResponse {
  status: number;
  body: Json;
  /** The server's Date header: lag and ages use it, not the laptop's clock. */
  serverTime: Date | undefined;
  /** `Warning` headers, text only. */
  warnings: string[];
}

/** One authenticated way to one API server. Made by `connect`; everything else in lib/kube takes it. */
export interface Connection {
  /** Name of the kubeconfig context, or `in-cluster`. */
  contextName: string;
  /** How `--cluster` and `--kubeconfig` named it. */
  named: NamedCluster;
  /** Flags that a command which is suggested must repeat to come here: ` --cluster=edge-1`; empty, or with a space before. */
  flagsForHints: string;
  /** Base URL, as in the kubeconfig. */
  server: string;
  /** Namespace that a command uses when none is given. */
  defaultNamespace: string;
  /** User name of the kubeconfig entry, for messages. */
  userName: string;
  /** True when nobody checks the server's certificate: the person must be told. */
  isCertificateUnchecked: boolean;
  /**
   * Sends one request and reads the whole answer, losslessly. Reads are retried on 429 (Retry-After), 5xx and broken
   * connections inside the request timeout; a write is sent once. Ctrl-C (context.signal) ends reads at once; a write
   * that is on its way is finished, because what it did must be known.
   * @throws RetraceError for any answer that is not 2xx and for no answer; its `cause` is a KubeFailure (failures.ts),
   *   which keeps the server's Status and says whether a write may have arrived. An abort throws the signal's reason.
   */
  request(request: KubeRequest): Promise<KubeResponse>;
  /** Opens a long answer (watch, logs) and gives its bytes as they come; no idle timeout. */
  stream(request: KubeRequest): Promise<AsyncIterable<Uint8Array>>;
  /** Opens a WebSocket (port-forward, exec). @throws as `request`, with what the server said instead of agreeing */
  upgrade(request: UpgradeRequest): Promise<WebSocket>;
  /** Offset of the server's clock from the laptop's in milliseconds, from the latest Date header; 0 before the first answer. */
  clockOffsetMs(): number;
  /** The same connection with reads that Ctrl-C does not end: for giving back locks and closing the record of a run. */
  uninterrupted(): Connection;
  close(): void;
}
