import { describe, expect, test } from 'vitest';
import { isSecretName, markHiddenChange, redactArguments, redactJson, redactText, redactValue } from '../../../lib/core/redaction.ts';

describe('names of credentials', () => {
  const secret = [
    'PASSWORD', 'DB_PASS', 'PGPASSWORD', 'MYSQL_ROOT_PASSWORD', 'clientSecret', 'CLIENT_SECRET', 'AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID',
    'AWS_SESSION_TOKEN', 'GITHUB_TOKEN', 'API_KEY', 'apiKey', 'access_key', 'secret_key', 'encryption-key', 'BASIC_AUTH', 'bearer_token', 'credentials',
    '--remote-write.password', 'SSH_PRIVATE_KEY', 'sse_kms_key', 'passphrase', 'authToken',
  ];
  test.each(secret)('%s holds one', (name) => expect(isSecretName(name)).toBe(true));

  const ordinary = [
    '--receive.capnproto-address', '--receive.hashrings-file', '--objstore.config-file', '--web.external-url', '--grpc-server-tls-key-file', 'KEYCLOAK_URL',
    'secretName', 'PASSWORD_FILE', 'TOKEN_PATH', 'token-ttl', 'TOKEN_ENABLED', '--store.keepalive', 'monkey', 'key', 'cache-key', 'POD_NAME', 'NAMESPACE',
    '--bearer-token-file', 'AUTHOR', 'authority', 'COMPASS', 'tokenizer', '', '---', 'serviceAccountTokenProjection', 'imagePullSecretName',
  ];
  test.each(ordinary)('"%s" does not', (name) => expect(isSecretName(name)).toBe(false));
});

describe('text', () => {
  const cases: [string, string][] = [
    ['--password=hunter2', '--password=<redacted>'],
    ['--db.password="two words" --log=debug', '--db.password=<redacted> --log=debug'],
    ['token=abc123, retrying', 'token=<redacted>, retrying'],
    ['https://user:hunter2@thanos.example/api', 'https://user:<redacted>@thanos.example/api'],
    ['redis://:hunter2@redis:6379/0', 'redis://:<redacted>@redis:6379/0'],
    ['GET /x?token=abc&limit=5', 'GET /x?token=<redacted>&limit=5'],
    ['Authorization: Bearer abcdefghijkl', 'Authorization: Bearer <redacted>'],
    ['authorization: Basic dXNlcjpwdw==', 'authorization: Basic <redacted>'],
    ['type: S3\nconfig:\n  bucket: metrics\n  access_key: AKexample\n  secret_key: "x y"\n', 'type: S3\nconfig:\n  bucket: metrics\n  access_key: <redacted>\n  secret_key: <redacted>\n'],
    ['config: {bucket: metrics, secret_key: x}', 'config: {bucket: metrics, secret_key: <redacted>}'],
    ['--objstore.config=secret_key: x', '--objstore.config=secret_key: <redacted>'],
    ['{"bucket":"metrics","secret_key":"x\\"y"}', '{"bucket":"metrics","secret_key":"<redacted>"}'],
    ['basic_auth:\n  username: scraper\n  password: hunter2', 'basic_auth:\n  username: scraper\n  password: <redacted>'],
    ['got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl here', 'got <redacted> here'],
    ['key AKIAIOSFODNN7EXAMPLE used', 'key <redacted> used'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter', '<redacted>\nafter'],
    ['{"name": "S3_SECRET_KEY",\n  "value": "abc"}', '{"name": "S3_SECRET_KEY",\n  "value": "<redacted>"}'],
    [String.raw`"last": "{\"env\":[{\"name\":\"TOKEN\",\"value\":\"a\\\"b\"},{\"name\":\"X\",\"value\":\"1\"}],\"secret_key\":\"y\"}"`, String.raw`"last": "{\"env\":[{\"name\":\"TOKEN\",\"value\":\"<redacted>\"},{\"name\":\"X\",\"value\":\"1\"}],\"secret_key\":\"<redacted>\"}"`],
    [String.raw`"objstore.yml": "type: S3\nconfig:\n  bucket: m\n  secret_key: \"x y\"\n  region: eu\n"`, String.raw`"objstore.yml": "type: S3\nconfig:\n  bucket: m\n  secret_key: <redacted>\n  region: eu\n"`],
    ['kubectl set env sts/x TOKEN=abc --record', 'kubectl set env sts/x TOKEN=<redacted> --record'],
    ['AGE-SECRET-KEY-1QQQQQQQQQQQQQQQ', '<redacted>'],
    ['["--objstore.secret-key", "x1","--web.port","9"]', '["--objstore.secret-key", "<redacted>","--web.port","9"]'],
    [String.raw`"{\"args\":[\"--remote.password=x1\",\"--secret-key\",\"x2\",\"--token\",\"--next\"]}"`, String.raw`"{\"args\":[\"--remote.password=<redacted>\",\"--secret-key\",\"<redacted>\",\"--token\",\"--next\"]}"`],
  ];
  test.each(cases)('%s', (text, shown) => expect(redactText(text)).toBe(shown));

  const ordinary = [
    'v0.42.4', '--receive.capnproto-address=0.0.0.0:19391', 'quay.io/thanos/thanos:v0.41.0@sha256:0123456789abcdef', '--label=replica="$(POD_NAME)"',
    'unknown long flag \'--receive.capnproto-adress\'', '--objstore.config-file=/etc/objstore/objstore.yml', '--tls.key=/etc/tls/tls.key', '--password=$(PASSWORD)',
    '--password-file=/run/secret', 'http://thanos-receive:19291/api/v1/receive', 'level=info ts=2026-11-22T03:12:00Z caller=main.go:100 msg="starting thanos node"',
    'secretName: thanos-objstore-secret', '--token=', 'POST 10.0.3.1:6443 503', 'user@host:22', '--password=true', 'a bearer of news',
  ];
  test.each(ordinary)('keeps %s', (text) => expect(redactText(text)).toBe(text));

  test('a second pass changes nothing', () => {
    for (const [text] of cases) expect(redactText(redactText(text))).toBe(redactText(text));
  });

  test('a long line without secrets takes linear time', () => {
    const started = performance.now();
    const odd = ['\\', '\\"', '\\n', 'a: ', '"a": "', '\\"a\\": \\"', '=', 'a=', '://', 'eyJaaaaaaaa.', '"name":"a","value":"', '- '];
    for (const piece of odd) redactText(piece.repeat(20_000));
    redactText(`${'a'.repeat(200_000)} ${'x.'.repeat(100_000)} ${'-'.repeat(100_000)} ${'"'.repeat(50_000)}`);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('values by their name', () => {
  test('a secret variable is hidden, an ordinary one is not', () => {
    expect(redactValue('DB_PASSWORD', 'hunter2')).toBe('<redacted>');
    expect(redactValue('LOG_LEVEL', 'debug')).toBe('debug');
    expect(redactValue('DB_PASSWORD', '$(OTHER)')).toBe('$(OTHER)');
    expect(redactValue('DB_PASSWORD', '')).toBe('');
    expect(redactValue('DATABASE_URL', 'postgres://u:p@db/x')).toBe('postgres://u:<redacted>@db/x');
  });

  test('the value of a flag in the next argument is hidden', () => {
    expect(redactArguments(['receive', '--auth.token', 'abc', '--log.level', 'debug', '--password', '--other'])).toEqual([
      'receive', '--auth.token', '<redacted>', '--log.level', 'debug', '--password', '--other',
    ]);
  });

  test('a change of a hidden value is still a change', () => {
    expect(markHiddenChange(true, '<redacted>', '<redacted>')).toBe('<redacted> (changed)');
    expect(markHiddenChange(false, '<redacted>', '<redacted>')).toBe('<redacted>');
    expect(markHiddenChange(true, 'a', 'b')).toBe('b');
  });
});

describe('objects', () => {
  test('env, args, Secret data and last-applied lose their secrets, everything else stays', () => {
    const object = {
      kind: 'StatefulSet',
      metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"env":[{"name":"TOKEN","value":"abc"}]}' } },
      spec: { containers: [{ env: [{ name: 'TOKEN', value: 'abc' }, { name: 'LEVEL', value: 'info' }], args: ['--password', 'x', '--a=b'], ports: [{ containerPort: 1 }] }] },
    };
    const shown = JSON.stringify(redactJson(object));
    expect(shown).not.toContain('abc');
    expect(redactJson(object)).toMatchObject({
      spec: { containers: [{ env: [{ name: 'TOKEN', value: '<redacted>' }, { name: 'LEVEL', value: 'info' }], args: ['--password', '<redacted>', '--a=b'], ports: [{ containerPort: 1 }] }] },
    });
    expect(redactJson({ kind: 'Secret', data: { 'objstore.yml': 'dHlwZQ==' }, stringData: { a: 'b' } })).toEqual({
      kind: 'Secret', data: { 'objstore.yml': '<redacted>' }, stringData: { a: '<redacted>' },
    });
  });
});
