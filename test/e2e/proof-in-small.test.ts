/** The rows of `npm run proof` that need no broker of their own, in small. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Ground } from '../proof/ground.ts';
import { sendFromMany } from '../proof/many-uploaders.ts';
import { sendSmallFiles } from '../proof/small-files.ts';
import { sendTree } from '../proof/tree.ts';
import { witness } from '../proof/witness.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';

async function sharedGround(t: TestContext): Promise<Ground> {
  const { bootstrapServers } = await testBroker();
  const say = (text: string): void => t.diagnostic(text);
  return { bootstrapServers, folder: await temporaryFolder(t), say };
}

test('A mixed tree arrives byte for byte, each file once', async (t) => {
  const tree = { files: 400, withPackages: false, large: 20e6 };
  const { files, faults } = await sendTree(await sharedGround(t), tree);
  assert.equal(faults, '');
  assert.equal(files, 400);
});

test('Small files take records of at most 1 % of their number', async (t) => {
  const { records, faults } = await sendSmallFiles(await sharedGround(t), { count: 1000, size: 4000 });
  assert.equal(faults, '');
  assert.ok(records <= 10, `${records} records for 1000 files`);
});

test('kcat reads the promised headers, and joins a file by hand to the same SHA-256', async (t) => {
  const { sent, joined, faults } = await witness(await sharedGround(t), 5_000_000);
  assert.equal(faults, '');
  assert.equal(joined, sent);
});

test('Ten uploaders at once, each a process, to one downloader', async (t) => {
  const many = { uploaders: 10, sizes: [0, 4000, 300_000, 1_500_000] };
  const { files, faults } = await sendFromMany(await sharedGround(t), many);
  assert.equal(faults, '');
  assert.equal(files, 40);
});
