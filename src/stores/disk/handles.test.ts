import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { noise } from '../../../test/support/bytes.ts';
import { FewDescriptors } from '../../../test/support/few-descriptors.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { Handles } from './handles.ts';

for (const isLocal of [true, false]) {
  test(`However many files are written at once, no more than the limit are open, ${isLocal ? 'here' : 'elsewhere'}`, async (t) => {
    const folder = await temporaryFolder(t);
    const calls = new FewDescriptors(8, isLocal);
    const nothing = { keepsStamps: true, made: () => {}, spare: async () => 0 };
    const handles = new Handles({
      ...nothing,
      calls,
      limit: 8,
      lowered: () => assert.fail('too many are open'),
    });
    const use = (number: number): Promise<void> =>
      handles.use(join(folder, String(number % 300)), async ({ descriptor }) => {
        await calls.write(descriptor, noise(100), 0);
        if (number % 7 === 0) await calls.syncData(descriptor);
      });
    await Promise.all(Array.from({ length: 600 }, (_, number) => use(number)));
    await handles.closeAll();
    assert.deepEqual([calls.most, calls.left, (await readdir(folder)).length], [8, 0, 300]);
  });
}
