import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlacedMemory } from '../../../test/support/placed.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { parseArchivePlace } from './archive-place.ts';
import { Places } from './places.ts';

test('What was read of a stream that was forgotten is read anew when one of that name comes', async (t) => {
  const place = new PlacedMemory();
  const stop = new AbortController();
  t.after(() => stop.abort());
  const places = new Places({
    archive: parseArchivePlace('s3://bucket/{stream}'),
    stores: {},
    rewind: 1e9,
    cacheBytes: 1e6,
    signal: stop.signal,
    onWord: () => {},
    open: place.open,
  });
  const segment = { stream: 'cam', epoch: 1, media: 5, sizes: { high: 3 } } as unknown as IndexedSegment;
  const read = async (text: string): Promise<string> => {
    place.objects.kept.set('high/seg-1-5.m4s', { bytes: Buffer.from(text), tag: text, metadata: {} });
    return String(await places.segment(segment, 'high'));
  };
  await places.follow('cam').looked;
  assert.equal(await read('old'), 'old');
  assert.equal(await read('new'), 'old', 'what was read is kept');
  places.forgetAll();
  await places.follow('cam').looked;
  assert.equal(await read('new'), 'new');
});
