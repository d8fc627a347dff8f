import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveProgressEvent, LiveStartedEvent } from '../../live/publish/events.ts';
import { createStyle } from '../terminal/style.ts';
import { lastingLine, publishLogEntry, publishSummaryLine, statusLine } from './publish-lines.ts';

const style = createStyle({ color: false, unicode: false });
const started: LiveStartedEvent = {
  type: 'started',
  stream: 'studio',
  topic: 'live',
  partition: 2,
  epoch: 3,
  media: 1041,
  renditions: ['720p', '360p'],
  targets: { part: 0.2, segment: 2 },
};
const progress: LiveProgressEvent = {
  type: 'progress',
  stream: 'studio',
  seconds: 75.4,
  epoch: 3,
  media: 1078,
  parts: 754,
  bytes: 31e6,
  bitrate: 3_310_000,
  delay: { p50: 4.2, p99: 11.8 },
  spooled: 0,
  inFlight: 60_000,
};

test('The status line', () => {
  const wide = { style, width: 120 };
  assert.equal(
    statusLine(started, progress, undefined, wide),
    '^ studio - 1m 15s - 720p 360p - 3.3 Mb/s - segment 1,078 - 754 parts - Kafka in 4 / 12 ms',
  );
  assert.equal(statusLine(started, undefined, undefined, wide), '^ studio - the encoder begins');
  const held = { ...progress, spooled: 12e6, inFlight: 4e6 };
  assert.match(statusLine(started, held, 'waiting', { style, width: 200 }), / - 16 MB wait - waiting$/);
  // Whatever has no room is left out, from the end.
  for (let width = 8; width < 100; width++)
    assert.ok(statusLine(started, progress, undefined, { style, width }).length <= width);
});

test('Lasting lines and log lines', () => {
  assert.equal(
    lastingLine(started, style),
    'Publishing studio on topic live epoch 3, from segment 1041, parts of 200 ms in segments of 2 s',
  );
  assert.equal(lastingLine(progress, style), undefined);
  const gap = {
    type: 'gap',
    epoch: 3,
    media: 7,
    duration: 2,
    message: 'segment 7\u0007 was given up',
  } as const;
  assert.equal(lastingLine(gap, style), 'x segment 7\\x07 was given up');
  assert.deepEqual(publishLogEntry(gap), {
    level: 'error',
    fields: { epoch: 3, media: 7, duration: 2 },
    message: gap.message,
  });
  assert.deepEqual(publishLogEntry({ type: 'ended', state: 'ended', media: 9 }), {
    level: 'info',
    fields: { state: 'ended', media: 9 },
    message: 'ended',
  });
});

test('The summary', () => {
  const summary = {
    stream: 'studio',
    segments: 38,
    gaps: 1,
    parts: 754,
    bytes: 31e6,
    restarts: 2,
    seconds: 75,
    interrupted: true,
  };
  assert.equal(
    publishSummaryLine(summary, style),
    'Published 38 segments, 754 parts, 31 MB, in 1m 15s; 1 segment lost, encoder begun anew 2 times.',
  );
});
