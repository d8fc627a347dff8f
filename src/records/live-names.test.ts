import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../errors.ts';
import { isRenditionName, isStreamName, renditionName, streamName } from './live-names.ts';

test('Names of streams and renditions need no escape', () => {
  for (const name of ['a', '7', 'cam-1', 'A.b_c', 'x'.repeat(64)]) {
    assert.equal(streamName(name), name);
    assert.equal(renditionName(name), name);
  }
  for (const name of ['', '.a', '-a', '_a', 'a b', 'a/b', 'ä', 'x'.repeat(65), 'a\n']) {
    assert.throws(() => streamName(name), FormatError, name);
    assert.throws(() => renditionName(name), FormatError, name);
    assert.deepEqual([isStreamName(name), isRenditionName(name)], [false, false]);
  }
});

test('Words of our own paths are no names of renditions', () => {
  for (const name of ['ws', 'index.m3u8', 'manifest.mpd', 'stream.mp4', 'snapshot.jpg']) {
    assert.ok(isStreamName(name) && !isRenditionName(name), name);
    assert.throws(() => renditionName(name), FormatError);
  }
  assert.ok(isRenditionName('wss'));
});

test('A refusal shows so much of a name as is bearable', () => {
  const shown = `"${'-'.repeat(80)}"`;
  for (const check of [streamName, renditionName])
    assert.throws(() => check('-'.repeat(5000)), { message: new RegExp(`^${shown} is no name`) });
});
