import { load } from 'js-yaml';
import * as v from 'valibot';

/** Where a bucket is and who we are there, as Thanos' objstore.yml says it. */
export interface ObjstoreConfig {
  bucket?: string;
  prefix?: string;
  /** `host[:port]`, without a scheme. */
  endpoint?: string;
  /** http in place of https. */
  insecure: boolean;
  region?: string;
  accessKey?: string;
  secretKey?: string;
  sessionToken?: string;
  /** True for `bucket.host/key` in place of `host/bucket/key`. */
  virtualHosted: boolean;
}

const text = v.nullish(v.string());
const flag = v.nullish(v.boolean());
const anything = v.optional(v.any());

// Members of thanos-io/objstore's S3 config (docs/storage.md of Thanos v0.42). As there, an unknown one is an error, not a comment.
const schema = v.strictObject({
  type: v.pipe(v.string('must be S3'), v.check((type) => type.toUpperCase() === 'S3', 'must be S3: snapshots are kept in no other kind of bucket')),
  prefix: text,
  config: v.strictObject({
    bucket: text,
    endpoint: text,
    region: text,
    access_key: text,
    secret_key: text,
    session_token: text,
    insecure: flag,
    bucket_lookup_type: v.nullish(v.picklist(['auto', 'virtual-hosted', 'path', ''])),
    // What only tells how fast, and how often.
    disable_dualstack: flag,
    aws_sdk_auth: flag,
    put_user_metadata: anything,
    trace: anything,
    list_objects_version: text,
    send_content_md5: flag,
    disable_multipart: flag,
    part_size: anything,
    max_retries: anything,
    sts_endpoint: text,
    dualstack: flag,
    // What we cannot do must not be left undone in silence.
    signature_version2: v.nullish(v.literal(false, 'signature version 2 is not supported')),
    sse_config: v.nullish(v.object({ type: v.nullish(v.literal('', 'encryption asked for by each request is not supported; set a default one on the bucket')) })),
    http_config: v.nullish(
      v.looseObject({
        insecure_skip_verify: v.nullish(v.literal(false, 'a certificate is always checked')),
        tls_config: v.nullish(v.record(v.string(), v.nullish(v.union([v.literal(''), v.literal(false)], 'not supported; name a private CA by the variable NODE_EXTRA_CA_CERTS=FILE')))),
      }),
    ),
  }),
});

/**
 * Reads an objstore.yml. Pure.
 * @returns the config, or the member that is wrong and why; the text never holds a value of the file
 */
export function parseObjstoreConfig(content: string): ObjstoreConfig | { member: string; wrong: string } {
  if (content.trim() === '') return { member: '', wrong: 'the file is empty' };
  let value: unknown;
  try {
    value = load(content);
  } catch {
    // The message of the parser would quote the line, and a key may stand in it.
    return { member: '', wrong: 'it is not YAML' };
  }
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { member: v.getDotPath(issue) ?? '', wrong: wordsOf(issue) };
  }
  const { config, prefix } = parsed.output;
  const given = { bucket: config.bucket, prefix, endpoint: config.endpoint, region: config.region, accessKey: config.access_key, secretKey: config.secret_key, sessionToken: config.session_token };
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, member]) => member)) as Partial<ObjstoreConfig>),
    insecure: config.insecure === true,
    virtualHosted: config.bucket_lookup_type === 'virtual-hosted',
  };
}

function wordsOf({ message, expected }: { message: string; expected: string | null }): string {
  if (!message.startsWith('Invalid')) return message;
  if (expected === 'never') return 'there is no such member';
  // valibot expects the key itself, in quotes, where there is none.
  return expected?.startsWith('"') ? 'it is missing' : `must be of type ${expected ?? 'object'}`;
}
