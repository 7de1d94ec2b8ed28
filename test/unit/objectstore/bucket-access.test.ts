import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readBucketAccess } from '../../../lib/objectstore/bucket-access.ts';

const folder = mkdtempSync(join(tmpdir(), 'retrace-objstore-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secret = 'hunter2-secret';
const keys = `  access_key: AK\n  secret_key: ${secret}\n`;

function fileOf(content: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.yml`);
  writeFileSync(path, content);
  return path;
}

const read = (url: string | undefined, content: string | undefined, env: Record<string, string> = {}) => readBucketAccess(url, content === undefined ? undefined : fileOf(content), { env });

const variables = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: secret };

describe('the way to a bucket', () => {
  test('of an objstore.yml as Thanos has it', async () => {
    const content = `type: S3\nprefix: /team/retrace/\nconfig:\n  bucket: metrics\n  endpoint: minio.example:9000\n  insecure: true\n  region: eu-west-1\n${keys}  session_token: st\n  part_size: 67108864\n  http_config: {idle_conn_timeout: 90s, insecure_skip_verify: false, tls_config: {ca_file: "", insecure_skip_verify: false}}\n  trace: {enable: true}\n  sse_config: {type: ""}\n  bucket_lookup_type: auto\n`;
    const expected = { bucket: 'metrics', prefix: 'team/retrace', endpoint: 'http://minio.example:9000', region: 'eu-west-1', accessKeyId: 'AK', secretAccessKey: secret, sessionToken: 'st', virtualHosted: false };
    expect(await read(undefined, content)).toEqual(expected);
    expect(await read('s3://other/here', content, { AWS_REGION: 'x', AWS_ENDPOINT_URL: 'http://y' })).toEqual({ ...expected, bucket: 'other', prefix: 'here' });
    expect(await read('s3://other', content)).toMatchObject({ bucket: 'other', prefix: 'team/retrace' });
    expect(await read('s3://other/', content)).toMatchObject({ prefix: '' });
  });

  test('of the AWS variables, at Amazon or elsewhere', async () => {
    expect(await read('s3://metrics/a/b/', undefined, variables)).toEqual({ bucket: 'metrics', prefix: 'a/b', endpoint: 'https://s3.us-east-1.amazonaws.com', region: 'us-east-1', accessKeyId: 'AK', secretAccessKey: secret, virtualHosted: false });
    expect(await read('s3://metrics', undefined, { ...variables, AWS_REGION: 'ap-northeast-2', AWS_SESSION_TOKEN: 'st' })).toMatchObject({ endpoint: 'https://s3.ap-northeast-2.amazonaws.com', region: 'ap-northeast-2', sessionToken: 'st' });
    expect(await read('s3://metrics', undefined, { ...variables, AWS_ENDPOINT_URL: 'http://127.0.0.1:9000', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9001/' })).toMatchObject({ endpoint: 'http://127.0.0.1:9001' });
    expect(await read(undefined, 'type: s3\nconfig: {bucket: metrics, endpoint: s3.eu-central-1.amazonaws.com}\n', variables)).toMatchObject({ region: 'eu-central-1', endpoint: 'https://s3.eu-central-1.amazonaws.com' });
  });

  test('with the bucket in the name of the host', async () => {
    expect(await read(undefined, `type: S3\nconfig:\n  bucket: metrics\n  endpoint: s3.example\n${keys}  bucket_lookup_type: virtual-hosted\n`)).toMatchObject({ endpoint: 'https://metrics.s3.example', virtualHosted: true });
  });
});

describe('what is wrong is told by its member or variable, and no key is shown', () => {
  const cases: [string, string | undefined, Record<string, string>, string, RegExp][] = [
    ['not YAML', `type: S3\nconfig: {secret_key: ${secret}\n`, {}, '', /not YAML/],
    ['another kind of bucket', 'type: GCS\nconfig: {bucket: b}\n', {}, 'type', /must be S3/],
    ['an empty file', '', {}, '', /empty/],
    ['a list', '- S3\n', {}, 'type', /missing/],
    ['a member that there is not', `type: S3\nconfig:\n  bucket: b\n  acces_key: AK\n  secret_key: ${secret}\n`, {}, 'config.acces_key', /no such member/],
    ['a member of another type', `type: S3\nconfig:\n  bucket: b\n  secret_key: {x: ${secret}}\n`, {}, 'config.secret_key', /type string/],
    ['half of the keys', `type: S3\nconfig:\n  bucket: b\n  secret_key: ${secret}\n`, variables, 'config.access_key', /missing beside the other half/],
    ['no keys at all', 'type: S3\nconfig: {bucket: b}\n', {}, '', /not set, and .* has neither access_key nor secret_key/],
    ['no bucket', `type: S3\nconfig:\n${keys}`, {}, 'config.bucket', /no bucket is named/],
    ['a scheme in the endpoint', `type: S3\nconfig:\n  bucket: b\n  endpoint: http://x\n${keys}`, {}, 'config.endpoint', /it has a scheme/],
    ['a path in the endpoint', `type: S3\nconfig:\n  bucket: b\n  endpoint: x/y\n${keys}`, {}, 'config.endpoint', /not HOST or HOST:PORT/],
    ['an endpoint with a password', 'type: S3\nconfig: {bucket: b}\n', { ...variables, AWS_ENDPOINT_URL: `http://u:${secret}@x` }, '', /not http/],
    ['encryption that we cannot ask for', `type: S3\nconfig:\n  bucket: b\n${keys}  sse_config: {type: SSE-C, encryption_key: /x}\n`, {}, 'config.sse_config.type', /not supported; set a default/],
    ['a certificate that is not to be checked', `type: S3\nconfig:\n  bucket: b\n${keys}  http_config: {insecure_skip_verify: true}\n`, {}, 'config.http_config.insecure_skip_verify', /always checked/],
    ['a CA of its own', `type: S3\nconfig:\n  bucket: b\n${keys}  http_config: {tls_config: {ca_file: /ca.crt}}\n`, {}, 'config.http_config.tls_config.ca_file', /NODE_EXTRA_CA_CERTS/],
  ];
  test.each(cases)('%s', async (_what, content, env, member, detail) => {
    const error = (await read(undefined, content, env).catch((thrown: unknown) => thrown)) as { params: { detail: string } };
    expect(error).toMatchObject({ code: 'repository.config', exitCode: 2, params: { member, detail: expect.stringMatching(detail) } });
    expect(JSON.stringify(error.params)).not.toContain(secret);
  });

  test('a missing variable by its name, a missing file by its path, a bad bucket by the flag', async () => {
    await expect(read('s3://metrics', undefined, { AWS_ACCESS_KEY_ID: 'AK' })).rejects.toMatchObject({ code: 'repository.config', params: { source: 'AWS_SECRET_ACCESS_KEY', member: '', detail: 'it is not set' } });
    await expect(readBucketAccess('s3://metrics', join(folder, 'none.yml'), { env: {} })).rejects.toMatchObject({ code: 'file.unreadable', exitCode: 11, params: { path: join(folder, 'none.yml') } });
    for (const url of ['s3://', 's3://A_B', 's3:///x']) await expect(read(url, undefined, variables)).rejects.toMatchObject({ code: 'usage.value', params: { flag: '--repo', value: url } });
  });
});
