/** A certificate authority of a test's own, made by openssl in a temporary folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The paths of one certificate's files, all PEM. */
export interface Certificate {
  readonly certificate: string;
  /** PKCS8, not encrypted. */
  readonly key: string;
  /** Key and certificate in one file, as Kafka's keystores of type PEM have them. */
  readonly both: string;
}

export interface Authority {
  readonly folder: string;
  /** The authority's own certificate. */
  readonly certificate: string;
  /** Issues a certificate, e.g. for `['DNS:localhost', 'IP:127.0.0.1']`; of less than no days: one that has expired. */
  issue(name: string, alternativeNames?: readonly string[], days?: number): Promise<Certificate>;
  /** The path of a list of revoked certificates that names these; `name`: of its file. */
  revoke(name: string, certificates: readonly Certificate[]): Promise<string>;
  remove(): Promise<void>;
}

const ellipticKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Runs openssl. Rejects with what it said. */
export async function openssl(...args: string[]): Promise<void> {
  await run('openssl', args);
}

/** Makes an authority; its owner removes it. */
export async function makeAuthority(name: string): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-certificates-'));
  const file = (suffix: string) => join(folder, suffix);
  const [certificate, key] = [file('ca.pem'), file('ca.key')];
  const days = ['-days', '2'];
  await openssl(
    'req',
    '-x509',
    ...ellipticKey,
    ...days,
    '-subj',
    `/CN=${name}`,
    '-keyout',
    key,
    '-out',
    certificate,
  );
  return {
    folder,
    certificate,
    async issue(subject, alternativeNames = [], lasts = 2) {
      const made = {
        certificate: file(`${subject}.pem`),
        key: file(`${subject}.key`),
        both: file(`${subject}.both.pem`),
      };
      const request = file(`${subject}.csr`);
      const extensions = file(`${subject}.ext`);
      const names = alternativeNames.length > 0 ? `subjectAltName=${alternativeNames.join(',')}\n` : '';
      await writeFile(extensions, `basicConstraints=CA:FALSE\n${names}`);
      await openssl(
        'req',
        '-new',
        ...ellipticKey,
        '-subj',
        `/CN=${subject}`,
        '-keyout',
        made.key,
        '-out',
        request,
      );
      const signing = ['-CA', certificate, '-CAkey', key, '-CAcreateserial', '-extfile', extensions];
      await openssl(
        'x509',
        '-req',
        '-in',
        request,
        ...signing,
        '-days',
        `${lasts}`,
        '-out',
        made.certificate,
      );
      const texts = await Promise.all([readFile(made.key, 'utf8'), readFile(made.certificate, 'utf8')]);
      await writeFile(made.both, texts.join(''));
      return made;
    },
    async revoke(name, certificates) {
      const [configuration, database, list] = [
        file(`${name}.cnf`),
        file(`${name}.index`),
        file(`${name}.crl`),
      ];
      await writeFile(database, '');
      await writeFile(
        configuration,
        `[ca]\ndefault_ca=own\n[own]\ndatabase=${database}\ndefault_md=sha256\ndefault_crl_days=2\n`,
      );
      const signing = ['ca', '-config', configuration, '-keyfile', key, '-cert', certificate];
      for (const revoked of certificates) await openssl(...signing, '-revoke', revoked.certificate);
      await openssl(...signing, '-gencrl', '-out', list);
      return list;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
