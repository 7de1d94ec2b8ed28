import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import type { BucketAccess } from './bucket-access.ts';

/** The objects of a bucket below a prefix. Keys are given without it. */
export interface Bucket {
  /** `s3://bucket/prefix`, for messages. */
  readonly place: string;
  /** Objects right below the prefix, not those in folders there. @throws repository.* */
  list(): Promise<{ key: string; bytes: number }[]>;
  /** The object, or its first bytes; undefined when there is none. @throws repository.* */
  read(key: string, byteCount?: number): Promise<Uint8Array | undefined>;
  /** @returns false when there is an object of this name, which stays. @throws repository.* */
  create(key: string, bytes: Uint8Array): Promise<boolean>;
  /** @returns false when there is none. @throws repository.* */
  remove(key: string): Promise<boolean>;
}

/** How long an answer may take; a whole snapshot, over a slow line, longer. */
const limitMs = { short: 30_000, whole: 300_000 };

/** Opens a bucket by Bun's own S3 client. Nothing is sent yet. */
export function openBucket(access: BucketAccess, { signal }: Pick<Context, 'signal'>): Bucket {
  const { bucket, prefix, endpoint, region, accessKeyId, secretAccessKey, sessionToken, virtualHosted } = access;
  const place = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  const folder = prefix === '' ? '' : `${prefix}/`;
  const client = new Bun.S3Client({ bucket, endpoint, region, accessKeyId, secretAccessKey, virtualHostedStyle: virtualHosted, ...(sessionToken === undefined ? {} : { sessionToken }) });
  const ask = <T>(atMostMs: number, work: () => Promise<T>) => withLimit(atMostMs, signal, work).catch((error: unknown) => fail(error, { place, bucket, endpoint }));
  // Not by HEAD: its answer has no body, and so no reason when it is refused.
  const exists = async (key: string) => {
    const { contents } = await ask(limitMs.short, () => client.list({ prefix: folder + key, maxKeys: 1 }));
    return contents?.[0]?.key === folder + key;
  };
  return {
    place,
    list: async () => {
      const found: { key: string; bytes: number }[] = [];
      for (let continuationToken: string | undefined; ; ) {
        const page = await ask(limitMs.short, () => client.list({ prefix: folder, delimiter: '/', ...(continuationToken === undefined ? {} : { continuationToken }) }));
        found.push(...(page.contents ?? []).map(({ key, size }) => ({ key: key.slice(folder.length), bytes: size ?? 0 })));
        continuationToken = page.nextContinuationToken;
        if (!page.isTruncated || continuationToken === undefined) return found;
      }
    },
    read: (key, byteCount) => {
      const file = client.file(folder + key);
      return ask(byteCount === undefined ? limitMs.whole : limitMs.short, () => (byteCount === undefined ? file : file.slice(0, byteCount)).bytes().catch(noSuchKey));
    },
    create: async (key, bytes) => {
      if (await exists(key)) return false;
      // `If-None-Match`, which the client cannot send: of two who write one name at once the server takes one.
      const url = client.presign(folder + key, { method: 'PUT', expiresIn: 600 });
      return ask(limitMs.whole, () => putNew(url, bytes, signal));
    },
    remove: async (key) => {
      if (!(await exists(key))) return false;
      await ask(limitMs.short, () => client.delete(folder + key));
      return true;
    },
  };
}

async function putNew(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<boolean> {
  const put = (headers: Record<string, string>) => fetch(url, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer>, headers, signal });
  let response = await put({ 'If-None-Match': '*' });
  // A server that does not know the condition: then the look before the write is all there is.
  if (response.status === 501) response = await put({});
  if (response.ok) return true;
  // 409: the other one is not finished yet (ConditionalRequestConflict).
  if (response.status === 412 || response.status === 409) return false;
  const body = await response.text();
  const read = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(body)?.[1];
  throw Object.assign(new Error(read('Message') ?? response.statusText), { code: read('Code') ?? `HTTP ${response.status}` });
}

function noSuchKey(error: unknown): undefined {
  if ((error as { code?: unknown }).code === 'NoSuchKey') return undefined;
  throw error;
}

// The client knows no signal and no time limit (Bun 1.4.5).
async function withLimit<T>(atMostMs: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(atMostMs)]);
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.aborted ? (signal.reason as Error) : Object.assign(new Error(`no answer within ${atMostMs / 1000} s`), { code: 'Timeout' }));
    limit.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    limit.removeEventListener('abort', onAbort);
  }
}

const ofCredentials = /^(\w*UserNotFound|AccessDenied|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired|AuthorizationHeaderMalformed|RequestTimeTooSkewed|AccountProblem|HTTP 40[13])$/;

// versitygw and Amazon's Outposts; MinIO; Ceph.
const ofRoom = /^(InsufficientStorage|InsufficientCapacity|XMinioStorageFull|XMinioAdminBucketQuotaExceeded|QuotaExceeded|HTTP 507)$/;

/** Turns what S3 answered into a failure of ours. */
function fail(error: unknown, { place, bucket, endpoint }: { place: string; bucket: string; endpoint: string }): never {
  if (!(error instanceof Error) || error.name === 'AbortError') throw error;
  const code = String((error as { code?: unknown }).code ?? '');
  // Its only text where nobody answered.
  const detail = [code, error.message === 'an unexpected error has occurred' ? '' : error.message].filter((text) => text !== '').join(': ');
  const cause = { cause: error };
  if (code === 'NoSuchBucket') throw new RetraceError('repository.no-bucket', { bucket, endpoint }, cause);
  if (ofCredentials.test(code)) throw new RetraceError('repository.denied', { place, endpoint, detail }, cause);
  if (ofRoom.test(code)) throw new RetraceError('repository.full', { place, endpoint, detail }, cause);
  throw new RetraceError('repository.unreachable', { place, endpoint, detail }, cause);
}
