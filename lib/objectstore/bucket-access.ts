import { readFile } from 'node:fs/promises';
import type { Context } from '../core/context.ts';
import { RetraceError } from '../core/errors.ts';
import { parseObjstoreConfig, type ObjstoreConfig } from '../formats/objstore-config.ts';

/** Everything that a request to a bucket needs. */
export interface BucketAccess {
  bucket: string;
  /** Without slashes at its ends; empty for the bucket as a whole. */
  prefix: string;
  /** With its scheme. */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  virtualHosted: boolean;
}

/**
 * Puts together what `s3://bucket/prefix`, a file in the form of Thanos' objstore.yml and the AWS variables say: the URL before
 * the file, the file before the variables. Nothing is sent.
 * @throws repository.config with the file or the variable, and what is wrong there; file.unreadable
 */
export async function readBucketAccess(url: string | undefined, configFile: string | undefined, context: Pick<Context, 'env'>): Promise<BucketAccess> {
  const named: { bucket?: string; prefix?: string } = url === undefined ? {} : parseUrl(url);
  const config: Partial<ObjstoreConfig> = configFile === undefined ? {} : await readConfig(configFile);
  const bucket = named.bucket ?? config.bucket;
  if (bucket === undefined) throw wrong(configFile === undefined ? '--repo' : configFile, 'config.bucket', 'no bucket is named');
  const credentials = readCredentials(config, configFile, context);
  return {
    bucket,
    prefix: (named.prefix ?? config.prefix ?? '').replace(/^\/+|\/+$/g, ''),
    ...readEndpoint(config, bucket, configFile, context),
    ...credentials,
    virtualHosted: config.virtualHosted === true,
  };
}

function wrong(source: string, member: string, detail: string): RetraceError {
  return new RetraceError('repository.config', { source, member, detail });
}

function parseUrl(url: string): { bucket: string; prefix?: string } {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  const [, bucket, prefix] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url) ?? [];
  if (bucket === undefined) throw new RetraceError('usage.value', { flag: '--repo', value: url, expected: 's3://BUCKET/PREFIX, a bucket name in small letters' });
  return { bucket, ...(prefix === undefined ? {} : { prefix }) };
}

async function readConfig(path: string): Promise<ObjstoreConfig> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw new RetraceError('file.unreadable', { path, detail: (error as Error).message }, { cause: error });
  }
  const config = parseObjstoreConfig(content);
  if ('wrong' in config) throw wrong(path, config.member, config.wrong);
  return config;
}

function readCredentials(config: Partial<ObjstoreConfig>, configFile: string | undefined, { env }: Pick<Context, 'env'>): Pick<BucketAccess, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'> {
  const { accessKey, secretKey, sessionToken } = config;
  // As in Thanos: both of the file, or both of the variables.
  if (accessKey !== undefined && secretKey !== undefined) return { accessKeyId: accessKey, secretAccessKey: secretKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  if (accessKey !== undefined || secretKey !== undefined) throw wrong(configFile!, `config.${accessKey === undefined ? 'access_key' : 'secret_key'}`, 'it is missing beside the other half');
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    const missing = AWS_ACCESS_KEY_ID ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID';
    throw wrong(missing, '', `it is not set${configFile === undefined ? '' : `, and ${configFile} has neither access_key nor secret_key`}`);
  }
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) };
}

function readEndpoint(config: Partial<ObjstoreConfig>, bucket: string, configFile: string | undefined, { env }: Pick<Context, 'env'>): Pick<BucketAccess, 'endpoint' | 'region'> {
  const asked = config.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined);
  const variable = env['AWS_ENDPOINT_URL_S3'] ? 'AWS_ENDPOINT_URL_S3' : 'AWS_ENDPOINT_URL';
  const [source, member, endpoint] = config.endpoint
    ? [configFile!, 'config.endpoint', config.endpoint]
    : [variable, '', (env[variable] || undefined) ?? `https://s3.${asked ?? 'us-east-1'}.amazonaws.com`];
  const isFile = member !== '';
  if (isFile && endpoint.includes('://')) throw wrong(source, member, 'it has a scheme: write HOST:PORT, and insecure: true for http');
  const address = isFile ? `${config.insecure ? 'http' : 'https'}://${endpoint}` : endpoint;
  const parsed = /^https?:\/\//.test(address) && URL.canParse(address) ? new URL(address) : undefined;
  if (parsed === undefined || parsed.pathname !== '/' || parsed.username !== '') throw wrong(source, member, isFile ? 'it is not HOST or HOST:PORT' : 'it is not http://HOST:PORT or https://HOST');
  // Amazon's own addresses say their region; another server mostly has one, by this name.
  const region = asked ?? /^s3[.-]([a-z]+-[a-z]+-\d)\.amazonaws\.com/.exec(parsed.hostname)?.[1] ?? 'us-east-1';
  return { endpoint: config.virtualHosted ? `${parsed.protocol}//${bucket}.${parsed.host}` : parsed.origin, region };
}
