import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { playTree } from './tree.ts';

test('Random changes of a tree, sent and received in rounds: the sink has what the source has', async (t) => {
  for (const seed of [1, 2])
    assert.equal(await playTree(seed, 12, await temporaryFolder(t)), undefined, `seed ${seed}`);
});
