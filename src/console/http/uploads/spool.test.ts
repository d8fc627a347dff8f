import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { Upload } from '@tus/utils';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { Spool } from './spool.ts';

test('What the server lets go on and a look finds at the same time goes on once, and both hear so', async (t) => {
  const folder = await temporaryFolder(t);
  const spool = new Spool(folder, 60_000);
  await spool.open();
  for (let round = 0; round < 20; round++) {
    const id = round.toString(16).padStart(32, '0');
    const metadata = { filename: `file ${round}` };
    await spool.create(new Upload({ id, size: 4, offset: 0, metadata }));
    await spool.write(Readable.from([Buffer.from('1234')]), id, 0);
    const told = await Promise.all([1, 2, 3].map(() => spool.release(id)));
    assert.deepEqual(
      told.map(({ path }) => path),
      Array(3).fill(`file ${round}`),
    );
    assert.equal(told.filter(({ isFirst }) => isFirst).length, 1);
    assert.equal((await spool.release(id)).isFirst, false);
  }
  assert.equal((await readdir(join(folder, 'ready'))).length, 20);
});
