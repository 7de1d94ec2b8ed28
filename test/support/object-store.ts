/** A real S3 server as a local process: versitygw over a folder of the run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { toolPath } from '../../scripts/tools/build.ts';
import { findFreePorts } from './free-ports.ts';
import { forgetProcess, noteProcess } from './run-folder.ts';
import type { SmallDisk } from './small-disk.ts';
import { waitUntil } from './wait-until.ts';

export interface ObjectStore {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Folder whose files are the bucket's objects. */
  readonly folder: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The AWS variables that lead here. */
  readonly env: Record<string, string>;
  /** Path of an objstore.yml that leads here. */
  readonly configFile: string;
  stop(): void;
}

const accessKeyId = 'AKTEST';
const secretAccessKey = 'SKTESTSKTEST';
const region = 'us-east-1';

/**
 * Starts it with one bucket, which is also the first part of the host name: `BUCKET.localhost:PORT`. It ends with the run, or by `stop`.
 * @param disk what is mounted over the bucket's folder, for the server alone
 */
export async function startObjectStore(runFolder: string, name: string, disk?: (folder: string) => Promise<SmallDisk>): Promise<ObjectStore> {
  const root = join(runFolder, `${name}-s3`);
  const bucket = 'snapshots';
  const folder = join(root, bucket);
  mkdirSync(folder, { recursive: true });
  const under = (await disk?.(folder))?.under ?? [];
  const [port] = await findFreePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const log = { file: join(runFolder, `${name}-versitygw.log`), append: true };
  const args = ['--access', accessKeyId, '--secret', secretAccessKey, '--region', region, '--port', `127.0.0.1:${port}`, '--virtual-domain', `localhost:${port}`, '--quiet', 'posix', root];
  const [program, ...words] = [...under, await toolPath('versitygw'), ...args];
  const child = execa(program!, words, { env: { PATH: process.env['PATH'] ?? '', HOME: runFolder }, extendEnv: false, stdin: 'ignore', stdout: log, stderr: log, reject: false });
  noteProcess(runFolder, child.pid!);
  await waitUntil(async () => (await fetch(endpoint)).status === 403, { what: 'versitygw', everyMs: 50 });
  const configFile = join(runFolder, `${name}-objstore.yml`);
  writeFileSync(
    configFile,
    `type: S3\nconfig:\n  bucket: ${bucket}\n  endpoint: 127.0.0.1:${port}\n  insecure: true\n  region: ${region}\n  access_key: ${accessKeyId}\n  secret_key: ${secretAccessKey}\nprefix: from-file\n`,
    { mode: 0o600 },
  );
  return {
    endpoint,
    bucket,
    folder,
    accessKeyId,
    secretAccessKey,
    env: { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    configFile,
    stop: () => {
      child.kill('SIGKILL');
      forgetProcess(runFolder, child.pid!);
    },
  };
}
