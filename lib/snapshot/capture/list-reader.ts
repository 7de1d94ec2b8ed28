import { RetraceError } from '../../core/errors.ts';
import { redactText } from '../../core/redaction.ts';
import { failureOf } from '../../kube/failures.ts';
import { listObjects, type ListQuery, type ListResult } from '../../kube/objects.ts';
import { qualifiedName } from '../../kube/paths.ts';
import type { Connection, KubeObject, ResourceType } from '../../kube/types.ts';
import type { Manifest } from '../manifest.ts';

export type Gap = Manifest['gaps'][number];

/** How far a capture is. */
export interface CaptureProgress {
  lists: number;
  listsDone: number;
  objects: number;
}

/**
 * Objects a request. Each page is a round trip after the other: 5 000 objects on a line of 50 ms take 0.5 s at kubectl's 500
 * a page, 0.25 s at 1 000. Measured on loopback with ConfigMaps of 3 kB: our CPU 130 ms at 250 a page, 105 ms at 500 and 100 ms
 * at 1 000 to 10 000. More only makes the server hold more at once.
 */
export const pageSize = 1000;

/** Who we are is wrong, not one list: no other list would do better. */
const endsAll = /^(credentials|kubeconfig|usage|run|namespace)\./;

/**
 * Reads lists for one capture. A list that fails is a gap and ends no other.
 */
export class ListReader {
  readonly #connection: Connection;
  readonly #onProgress: ((progress: CaptureProgress) => void) | undefined;
  #hasReadAny = false;
  readonly #progress: CaptureProgress = { lists: 0, listsDone: 0, objects: 0 };
  readonly #missed: { what: string; failure: RetraceError }[] = [];

  constructor(connection: Connection, onProgress?: (progress: CaptureProgress) => void) {
    this.#connection = connection;
    this.#onProgress = onProgress;
  }

  /** Lists that are to come, for the progress. */
  expect(lists: number): void {
    this.#progress.lists += lists;
  }

  /** True when at least one list was read. */
  get hasReadAny(): boolean {
    return this.#hasReadAny;
  }

  /** @returns undefined when it failed: then there is a gap. @throws credentials.*, an abort */
  async list(type: ResourceType, query: ListQuery = {}): Promise<ListResult | undefined> {
    const where = query.namespace === undefined ? '' : ` -n ${query.namespace}`;
    const result = await this.attempt(`${qualifiedName(type)}${where}`, () => listObjects(this.#connection, type, { pageSize, ...query }), ({ items }) => items.length);
    if (result) this.#hasReadAny = true;
    return result;
  }

  /** Reads something else in the same way. @param what of the gap */
  async attempt<T>(what: string, read: () => Promise<T>, count: (result: T) => number): Promise<T | undefined> {
    try {
      const result = await read();
      this.#progress.objects += count(result);
      return result;
    } catch (error) {
      if (!(error instanceof RetraceError) || endsAll.test(error.code)) throw error;
      this.addGap(what, error);
      return undefined;
    } finally {
      this.#progress.listsDone += 1;
      this.#onProgress?.(this.#progress);
    }
  }

  /** A gap that an expected failure left. */
  addGap(what: string, error: RetraceError): void {
    this.#missed.push({ what, failure: error });
  }

  /** What was missed, by its name: lists end in any order. */
  get failures(): RetraceError[] {
    return this.#sorted().map(({ failure }) => failure);
  }

  get gaps(): Gap[] {
    return this.#sorted().map(({ what, failure }) => ({ what, why: failure.code, detail: redactText(failureOf(failure)?.message ?? '') }));
  }

  #sorted(): { what: string; failure: RetraceError }[] {
    return this.#missed.toSorted((a, b) => (a.what < b.what ? -1 : 1));
  }

  /**
   * Objects of a cluster-scoped type by name, with the right to list alone; names that nothing has are passed over.
   * Few by name, many out of the whole list: volumes of a cluster may be thousands, definitions are half a megabyte each.
   */
  async listNamed(type: ResourceType, names: ReadonlySet<string>): Promise<ListResult | undefined> {
    if (names.size > mostByName) {
      const all = await this.list(type);
      return all && { ...all, items: all.items.filter(({ metadata }) => names.has(metadata.name)) };
    }
    const read = async (): Promise<ListResult> => {
      const lists = await Promise.all([...names].map((name) => listObjects(this.#connection, type, { fieldSelector: `metadata.name=${name}` })));
      return { items: lists.flatMap(({ items }) => items), resourceVersion: lists[0]?.resourceVersion ?? '', serverTime: lists[0]?.serverTime };
    };
    return this.attempt(qualifiedName(type), read, ({ items }) => items.length);
  }
}

const mostByName = 32;

/** Objects of the result, or none. */
export function itemsOf(result: ListResult | undefined): KubeObject[] {
  return result?.items ?? [];
}
