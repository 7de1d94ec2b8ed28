/** A certificate authority of the test's own, made by openssl in a folder that the test throws away. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Issued {
  certificate: string;
  key: string;
  certificatePath: string;
  keyPath: string;
}

export interface Authority {
  certificate: string;
  path: string;
  /** @param dates validity as openssl writes it: `20200101000000Z` */
  issue(name: string, options?: { subjectAltName?: string; from?: string; to?: string }): Issued;
}

export function createAuthority(folder: string, name: string): Authority {
  const at = (file: string) => join(folder, `${name}-${file}`);
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', at('ca.crt'), '-days', '2', '-subj', `/CN=${name}`);
  writeFileSync(at('index'), '');
  writeFileSync(at('serial'), '1000\n');
  writeFileSync(at('config'), authorityConfig(at, folder));
  return {
    certificate: readFileSync(at('ca.crt'), 'utf8'),
    path: at('ca.crt'),
    issue(subject, { subjectAltName, from, to } = {}) {
      const [keyPath, certificatePath] = [at(`${subject}.key`), at(`${subject}.crt`)];
      openssl('req', ...newKey, '-keyout', keyPath, '-out', at('request'), '-subj', `/CN=${subject}`);
      writeFileSync(at('extensions'), subjectAltName === undefined ? 'basicConstraints=CA:FALSE\n' : `subjectAltName=${subjectAltName}\n`);
      const dates = [...(from === undefined ? [] : ['-startdate', from]), ...(to === undefined ? ['-days', '2'] : ['-enddate', to])];
      openssl('ca', '-batch', '-notext', '-config', at('config'), '-extfile', at('extensions'), '-in', at('request'), '-out', certificatePath, ...dates);
      return { certificate: readFileSync(certificatePath, 'utf8'), key: readFileSync(keyPath, 'utf8'), certificatePath, keyPath };
    },
  };
}

function authorityConfig(at: (file: string) => string, folder: string): string {
  return [
    '[ca]\ndefault_ca=own\n[own]',
    `database=${at('index')}\nserial=${at('serial')}\nnew_certs_dir=${folder}`,
    `certificate=${at('ca.crt')}\nprivate_key=${at('ca.key')}\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n`,
  ].join('\n');
}
