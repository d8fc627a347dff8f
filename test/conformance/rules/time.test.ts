import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../ask.ts';
import type { Evidence } from '../evidence.ts';
import { observe } from '../follow.ts';
import { timeRules } from './time.ts';

const rule = timeRules.find(({ id }) => id === 'segments-in-time');

/** A rendition that lists one segment more each so many milliseconds. */
function evidenceOf(interval: number): Evidence {
  const observed = Array.from({ length: 6 }, (_, count) => {
    const segments = Array.from({ length: count + 1 }, (_, media) => `#EXTINF:1,\nseg-${media}.m4s\n`);
    const body = Buffer.from(`#EXTM3U\n#EXT-X-TARGETDURATION:1\n${segments.join('')}`);
    const answer = { url: 'http://server.test/a', status: 200, body, endedAt: count * interval };
    return observe(answer as unknown as Answer);
  });
  return {
    renditions: [{ url: 'http://server.test/a', attributes: new Map(), observed }],
  } as unknown as Evidence;
}

test('Segments come within one and a half target durations, or too late', () => {
  assert.deepEqual(rule?.judge(evidenceOf(1000)), []);
  assert.deepEqual(rule?.judge(evidenceOf(1600)), ['/a: 1600 ms']);
});
