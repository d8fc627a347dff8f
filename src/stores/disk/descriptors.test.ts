import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { RefusingCalls } from '../../../test/support/refusing-calls.ts';
import { systemError } from '../memory/system-error.ts';
import { Descriptors } from './descriptors.ts';
import { openDiskSource } from './source.ts';

/** A source of so many files, on a system that has so many descriptors. */
async function scarceSource(t: TestContext, files: number, descriptors: number, code: string) {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'a'));
  for (let index = 0; index < files; index++) await writeFile(join(folder, 'a', `${index}`), String(index));
  let open = 0;
  let most = 0;
  const calls = new RefusingCalls((call) => {
    if (call === 'open' && open >= descriptors) return code;
    if (call === 'open') most = Math.max(most, ++open);
    if (call === 'close') open--;
    return undefined;
  });
  return { source: await openDiskSource(folder, { calls }), most: () => most, open: () => open };
}

test('Where the system has few descriptors, files of a source are open a few at a time, and all can be read', async (t) => {
  for (const code of ['EMFILE', 'ENFILE']) {
    const scarce = await scarceSource(t, 40, 3, code);
    const read = async (index: number): Promise<string> => {
      const file = await scarce.source.open(`a/${index}`);
      try {
        const buffer = Buffer.alloc(10);
        return buffer.toString('utf8', 0, await file.read(buffer, 0));
      } finally {
        await file.close();
        await file.close();
      }
    };
    const found = await Promise.all(Array.from({ length: 40 }, (_, index) => read(index)));
    assert.deepEqual(
      found,
      Array.from({ length: 40 }, (_, index) => String(index)),
    );
    assert.deepEqual([scarce.most(), scarce.open()], [3, 0]);
  }
});

test('With nothing of ours to wait for, the system’s error is thrown after some tries; other errors at once', async () => {
  const descriptors = new Descriptors({ pause: 1, tries: 5 });
  for (const [code, expected] of [
    ['EMFILE', 6],
    ['ENFILE', 6],
    ['EACCES', 1],
  ] as const) {
    let tries = 0;
    const opening = descriptors.take(async () => {
      tries++;
      throw systemError(code, 'open');
    });
    await assert.rejects(opening, { code });
    assert.equal(tries, expected);
  }
});
