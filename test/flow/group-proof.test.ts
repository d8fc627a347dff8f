/** What a store has to refuse before a group may share it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, ObjectWriter } from '../../src/stores/objects/contract.ts';
import { isShareable } from '../../src/stores/objects/sink/prove.ts';
import { MemoryObjects } from '../support/memory-objects.ts';

/** A store that passes over some conditions, of objects that are put whole or in parts. */
function forgetful(request: 'put' | 'complete', of: 'nothing' | 'tag'): ObjectWriter {
  const writer = new MemoryObjects().writer();
  const kept = (condition: Condition): Condition =>
    condition !== undefined && (condition === 'nothing') === (of === 'nothing') ? undefined : condition;
  const put: ObjectWriter['put'] = (key, bytes, metadata, condition) =>
    writer.put(key, bytes, metadata, kept(condition));
  const complete: ObjectWriter['complete'] = (key, id, parts, condition, metadata) =>
    writer.complete(key, id, parts, kept(condition), metadata);
  return { ...writer, ...(request === 'put' ? { put } : { complete }) };
}

test('A store that passes over any condition is shared by no group', async () => {
  const objects = new MemoryObjects();
  assert.equal(await isShareable(objects.writer(), 'check'), true);
  for (const request of ['put', 'complete'] as const)
    for (const kind of ['nothing', 'tag'] as const)
      assert.equal(await isShareable(forgetful(request, kind), 'check'), false, `${request}, ${kind}`);
  assert.deepEqual([objects.kept.size, objects.open.size], [0, 0]);
});
