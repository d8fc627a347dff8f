/** What every sink does that the members of a group may share. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Sink } from '../../../src/stores/contract.ts';
import { ReplacedError } from '../../../src/stores/replaced.ts';
import { id, look, partOf, publishedAs } from './ground.ts';

/** `place`: an empty one; gives what opens it for a member of a group, or for a downloader without one. */
export function groupPlace(
  place: (t: TestContext) => Promise<(reader: string, group: string | undefined) => Promise<Sink>>,
): void {
  test('Of the members of a group one puts an upload in place, and none an older one over a newer', async (t) => {
    const open = await place(t);
    const [first, second] = [await open('first', 'fill'), await open('second', 'fill')];
    assert.equal(first.id, second.id);
    await assert.rejects(open('alone', undefined), /the members of group fill write into/);
    const large = 'x'.repeat(6 * 1024 * 1024);
    for (const text of ['small', large]) {
      const target = `shop/${text.length}`;
      for (const sink of [first, second]) {
        assert.equal(await sink.published(target), undefined);
        await sink.part(id(1), partOf(target, text)).write(Buffer.from(text), 0);
      }
      await second.publish(id(1), target, look, publishedAs(text));
      await assert.rejects(first.publish(id(1), target, look, publishedAs(text)), ReplacedError);
      assert.deepEqual(await first.published(target), publishedAs(text));
      await first.discard(id(1));
      // Both have seen that; one replaces it, and the other is not to put back what it has in hand.
      await second.published(target);
      await first.publishWhole(Buffer.from('newest'), target, look, publishedAs('newest', id(3)));
      await assert.rejects(
        second.publishWhole(Buffer.from('older'), target, look, publishedAs('older', id(2))),
        ReplacedError,
      );
      assert.equal(await second.newest(target), id(3));
      // It has asked for another version of the name meanwhile: what was decided before that holds no more.
      await assert.rejects(
        second.publishWhole(Buffer.from('older'), target, look, publishedAs('older', id(2))),
        ReplacedError,
      );
      assert.equal(await second.newest(target), id(3));
      for (const sink of [first, second]) await sink.checkpoint([]);
    }
    await first.close();
    await second.close();
  });
}
