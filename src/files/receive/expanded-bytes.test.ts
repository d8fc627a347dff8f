import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { ageKeys } from '../../../test/support/age-keys.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { consumed } from '../../../test/support/records.ts';
import { sealChunk } from '../../records/seal-record.ts';
import { Keyring } from '../shared/keyring.ts';
import { Recipients } from '../shared/recipients.ts';
import { RecordOpener } from './open-record.ts';

const megabyte = 1024 * 1024;

test('Records that expand are opened only while what came of those before them is through', async (t) => {
  const folder = join(await temporaryFolder(t));
  const { recipient, file } = await ageKeys(folder, 'anna');
  const key = await (await Recipients.open({ encryptTo: [recipient] }))!.newKey();
  const keyring = await Keyring.open({ identity: [file] });
  const none = undefined as never;
  const opener = new RecordOpener({ isMember: false } as never, none, keyring, none);
  const bytes = new Uint8Array(megabyte);
  const ref = { uploader: 'u', path: 'zeros', upload: 'a'.repeat(32), checksum: 'sha256' as const };
  const recordAt = (at: number) => {
    const chunk = { ...ref, size: 64 * megabyte, offset: at * megabyte, bytes };
    return consumed(sealChunk({ key, path: 'zeros' }, chunk, zstdCompressSync(bytes)));
  };
  const held: PromiseWithResolvers<void>[] = [];
  const openOne = async (at: number): Promise<void> => {
    const record = recordAt(at);
    const opened = await opener.open(record, { partition: 0, offset: at });
    assert.equal(opened?.kind, 'chunk');
    const work = Promise.withResolvers<void>();
    held.push(work);
    opener.hold(opened!, record, { finished: work.promise });
  };
  for (let at = 0; at < 16; at++) await openOne(at);
  let isOpen = false;
  const next = openOne(16).then(() => {
    isOpen = true;
  });
  for (let turns = 0; turns < 20; turns++) await turn();
  assert.equal(isOpen, false, 'one more was opened while sixteen megabytes wait for the sink');
  held[3]!.resolve();
  await next;
  assert.equal(held.length, 17);
});
