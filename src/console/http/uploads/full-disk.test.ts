/** A spool whose disk fills up while a file comes; where nothing may be mounted, the words alone are tried (uploads.test.ts). */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { csrfOf, startConsole } from '../../../../test/support/console.ts';
import { noise } from '../../../../test/support/flow.ts';
import { madeUploads } from '../../../../test/support/made-uploads.ts';
import { smallDisk } from '../../../../test/support/small-disk.ts';
import { tusUpload } from '../../../../test/support/tus.ts';

test('A disk that fills up while a file comes says so, and the file goes on once there is room', async (t) => {
  const disk = await smallDisk(t, 4);
  if (disk === undefined) return;
  const uploads = await madeUploads(t, { spool: disk.folder });
  const { url } = await startConsole(t, { services: { uploads } });
  const other = join(disk.folder, 'of somebody else');
  const bytes = noise(3_000_000);
  const options = {
    endpoint: `${url}uploads/`,
    headers: { 'x-sluice-csrf': await csrfOf(url) },
    metadata: { filename: 'long' },
    chunkSize: 500_000,
  };
  let filled: Promise<void> | undefined;
  const first = tusUpload(bytes, options, () => {
    filled ??= writeFile(other, Buffer.alloc(1_700_000));
  });
  first.upload.start();
  type Refusal = Error & { readonly originalResponse?: { getStatus(): number; getBody(): string } };
  await assert.rejects(first.done, ({ originalResponse }: Refusal) => {
    assert.equal(originalResponse?.getStatus(), 507);
    assert.match(
      originalResponse?.getBody() ?? '',
      /the disk of the spool has no room for the rest of the file: make some/,
    );
    return true;
  });
  await filled;
  await rm(other);
  const taken: number[] = [];
  const again = tusUpload(bytes, { ...options, uploadUrl: first.upload.url! }, (size) => taken.push(size));
  again.upload.start();
  await again.done;
  assert.ok(taken[0]! > 500_000 && taken.at(-1) === bytes.length);
  assert.equal(uploads.received, 1);
});
