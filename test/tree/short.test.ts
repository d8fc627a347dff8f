import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { playTree } from './tree.ts';

test('Random changes of a tree, sent and received in rounds: the sink has what the source has', async (t) => {
  for (const seed of [1, 2])
    assert.equal(await playTree(seed, 12, await temporaryFolder(t)), undefined, `seed ${seed}`);
});

test('The same with owners, extended attributes and ACLs', async (t) => {
  assert.equal(await playTree(1, 10, await temporaryFolder(t), undefined, true), undefined);
});
