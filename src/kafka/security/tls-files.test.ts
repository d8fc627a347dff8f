import assert from 'node:assert/strict';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority } from '../../../test/support/certificates.ts';
import { TlsFiles } from './tls-files.ts';

test('A certificate and its key that were renewed in their files are used from then on, and no half of them', async (t) => {
  const authority = await makeAuthority('sluice-test');
  t.after(() => authority.remove());
  const [first, second] = [await authority.issue('first'), await authority.issue('second')];
  const [certificate, key] = ['shown.pem', 'shown.key'].map((name) => join(authority.folder, name));
  await copyFile(first.certificate, certificate!);
  await copyFile(first.key, key!);
  const told: string[] = [];
  const properties = { 'ssl.certificate.location': certificate!, 'ssl.key.location': key! };
  const files = new TlsFiles(properties, (error) => told.push((error as Error).message));
  const shows = async (other: typeof first) => {
    const { cert, key } = files.options;
    assert.equal(cert, await readFile(other.certificate, 'latin1'));
    assert.equal(key, await readFile(other.key, 'latin1'));
  };
  await shows(first);
  assert.equal(files.options, files.options, 'nothing is read again without a reason');

  await copyFile(second.certificate, certificate!);
  await shows(first);
  await shows(first);
  assert.equal(told.length, 1, 'what is wrong is told once');
  assert.match(told[0]!, /The private key is not that of the client's certificate/);
  await copyFile(second.key, key!);
  await shows(second);

  await rm(key!);
  await shows(second);
  assert.match(told[1]!, /ssl\.key\.location names .*, which cannot be read/);
  await writeFile(key!, await readFile(first.key));
  await copyFile(first.certificate, certificate!);
  await shows(first);
  assert.equal(told.length, 2);
});
