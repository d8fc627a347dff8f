import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RequestHeads } from './fast-path/request-head.ts';
import { playerOf, ViewerCount } from './viewers.ts';

test('Those who wait for the next playlist, between two parts too', () => {
  let now = 0;
  const viewers = new ViewerCount(12_000, () => now);
  viewers.held(20);
  viewers.held(0);
  now = 1000;
  assert.equal(viewers.count(0), 20);
  for (now = 1000; now <= 6000; now += 200) {
    viewers.held(5);
    viewers.held(0);
  }
  assert.equal(viewers.count(2), 7);
  now = 20_000;
  assert.equal(viewers.count(0), 0);
});

test('Players of plain playlists: from the second time on, until they have stayed away', () => {
  let now = 0;
  const viewers = new ViewerCount(12_000, () => now);
  viewers.plain('a');
  viewers.plain('b');
  assert.equal(viewers.count(0), 0);
  now = 2000;
  viewers.plain('a');
  assert.equal(viewers.count(0), 1);
  now = 14_001;
  assert.equal(viewers.count(0), 0);
  viewers.plain('b');
  assert.equal(viewers.count(0), 0);
});

test('Players that are remembered keep nothing else of what they sent', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const [viewers, heads] = [new ViewerCount(60_000), new RequestHeads()];
  const before = used();
  for (let number = 0; number < 2000; number += 1) {
    const lines = `Host: x\r\nUser-Agent: a program number ${number}\r\nCookie: ${'c'.repeat(12_000)}`;
    const request = heads.read(Buffer.from(`GET /live/cam/main/live.m3u8 HTTP/1.1\r\n${lines}\r\n\r\n`));
    assert.ok(request);
    viewers.plain(playerOf(request));
  }
  const kept = used() - before;
  assert.ok(kept < 4e6, `${kept} bytes of two thousand players`);
  assert.equal(viewers.count(0), 0);
});
