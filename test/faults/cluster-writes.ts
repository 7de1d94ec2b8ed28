/** Names for what a run writes to the cluster, as it goes over the wire: `take lease`, `record done patch-template`, `write template`. */

/** What is known of a request before it is sent. */
export interface Written {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** Tells the writes of one process apart. A new one for each process: the first write of a Lease is its taking. */
export class WriteNames {
  readonly #taken = new Set<string>();
  #record: string | undefined;

  /** Undefined for what changes nothing, and for the renewal of a lock, which comes when its time has come. */
  nameOf({ method, url, body }: Written): string | undefined {
    const { pathname, searchParams } = new URL(url);
    if (method === 'GET' || searchParams.has('dryRun') || /\/self\w+reviews$/.test(pathname)) return undefined;
    const content = (typeof body === 'string' ? JSON.parse(body) : {}) as any;
    const found = /\/(leases|configmaps|secrets|eviction)(?:\/|$)/.exec(pathname)?.[1];
    // A ConfigMap or Secret that is not the run's own is what it was asked to write.
    const isOwn = String(content.metadata?.name ?? '').startsWith('retrace-run-');
    const resource = isOwn || (found !== 'configmaps' && found !== 'secrets') ? found : undefined;
    if (method === 'DELETE') return `delete ${found ?? pathname.split('/').at(-2)}`;
    if (resource === 'leases') return this.#nameLease(pathname.replace(/\/retrace$/, ''), content);
    if (resource === 'configmaps') return this.#nameRecord(content.metadata.name, content.data?.['journal.jsonl'] ?? '');
    if (resource === 'secrets') return `pre-image ${Object.keys(content.data).at(-1)!.split('.')[0]}`;
    if (resource === 'eviction') return 'evict';
    // Whole objects, of a restore.
    if (!Array.isArray(content)) return method === 'POST' ? `create ${pathname.split('/').at(-1)}` : `replace ${pathname.split('/').at(-2)}`;
    return `write ${String(content.at(-1)?.path).split('/').at(-1)}`;
  }

  #nameLease(path: string, { spec }: any): string | undefined {
    if (!spec.holderIdentity) return 'give back lease';
    if (spec.leaseDurationSeconds === 1) return 'leave lease';
    if (this.#taken.has(path)) return undefined;
    this.#taken.add(path);
    return 'take lease';
  }

  /** By the line that it was written after: `record done patch-template`; `make record` before there is one. Another run's is `other record …`. */
  #nameRecord(name: string, journal: string): string {
    this.#record ??= name;
    if (journal === '') return 'make record';
    const { type, step } = JSON.parse(journal.trimEnd().split('\n').at(-1)!) as { type: string; step?: string };
    return `${name === this.#record ? '' : 'other '}record ${lineName(type, step)}`;
  }
}

/** `done patch-template`: what a line of a journal is known by. */
export function lineName(type: string, step: string | undefined): string {
  return step === undefined ? type : `${type} ${step.split('.')[0]}`;
}
