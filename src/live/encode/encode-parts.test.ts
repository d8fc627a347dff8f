import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutSecrets } from '../../secrets.ts';
import { Complaints } from './complaints.ts';
import { EventQueue } from './event-queue.ts';
import { StallWatch } from './stall.ts';

test('secrets in addresses, wherever they stand', () => {
  const table: [string, string][] = [
    ['rtsp://user:p@ss:w0rd@camera/main', 'rtsp://***@camera/main'],
    ['https://host/film.mp4?X-Amz-Signature=0a1b&part=2', 'https://host/film.mp4?X-Amz-Signature=***&part=2'],
    ['https://host/a.mp4?sig=x%2By&auth=z', 'https://host/a.mp4?sig=***&auth=***'],
    ['https://host/film.mp4', 'https://host/film.mp4'],
  ];
  for (const [text, expected] of table) assert.equal(withoutSecrets(text), expected);
  // Also where a line is cut within one, and where it comes in two pieces.
  for (const before of [0, 240, 280, 295]) {
    const said = new Complaints();
    const line = `${'x'.repeat(before)} rtmp://user:gehe1mgehe1mgehe1m@host/live/gehe1m: refused\n`;
    said.push(line.slice(0, before + 24));
    assert.doesNotMatch(said.summary(), /gehe1mgehe1m@|rtmp:\/\/user:gehe1mgehe1mgehe1m/);
    said.push(line.slice(before + 24));
    assert.doesNotMatch(said.summary(), /gehe1m/, `${before}`);
  }
});

test('complaints: the last ones, once each, without secrets', () => {
  const lines: string[] = [];
  const complaints = new Complaints((line) => lines.push(line));
  complaints.push('[rtmp @ 0x55d0c0ffee00] Server err');
  complaints.push('or\nrtmp://user:word@host/app/my-key: Input/output error\nrtmp://h/app/my-key: no\n');
  complaints.push('srt://h:9000?mode=caller&passphrase=hidden123: failed\nServer error\nunended');
  assert.equal(
    complaints.summary(),
    'rtmp://***@host/app/***: Input/output error; rtmp://h/app/***: no; srt://h:9000?mode=caller&passphrase=*** failed; unended',
  );
  assert.equal(lines[0], 'Server error');
  assert.doesNotMatch(lines.join(), /hidden123|my-key|word@/);
  assert.equal(new Complaints().summary(), '');
});

test('silence counts from the first bytes, or from a time that is given', () => {
  const waiting = new StallWatch(1000);
  assert.equal(waiting.stalled(1e9), false);
  waiting.heard(5000);
  assert.equal(waiting.stalled(5999), false);
  assert.equal(waiting.stalled(6000), true);
  assert.equal(new StallWatch(1000, 0).stalled(1000), true);
});

test('a queue that is full makes the other side wait until half of it is free', async () => {
  const told: string[] = [];
  const queue = new EventQueue<number>({
    limit: 100,
    onFull: () => told.push('full'),
    onDrain: () => told.push('drain'),
  });
  for (let number = 0; number < 4; number++) queue.push(number, 40);
  assert.deepEqual(told, ['full']);
  const taken: number[] = [];
  for await (const number of queue) {
    taken.push(number);
    if (number === 1) assert.deepEqual(told, ['full']);
    if (number === 3) queue.close();
  }
  assert.deepEqual(taken, [0, 1, 2, 3]);
  assert.deepEqual(told, ['full', 'drain']);
});
