import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageTypes } from './messages.ts';
import { Oddities } from './oddities.ts';

const { video, audio } = messageTypes;

test('What FFmpeg does not read is said by its name, once', () => {
  const rows = [
    [video, '17', undefined],
    [video, '27', undefined],
    [video, '1c', /as HEVC in a way of its own \(number 12\)/],
    [video, 'ac', /comes as hvc1 by enhanced RTMP/],
    [video, '9068766331', /comes as hvc1 by enhanced RTMP/],
    [audio, 'af', undefined],
    [audio, '2f', undefined],
    [audio, '9068766331', /the sound comes by enhanced RTMP/],
    [audio, '9f', /the sound comes by enhanced RTMP/],
  ] as const;
  for (const [type, first, sentence] of rows) {
    const oddities = new Oddities();
    const payload = Buffer.concat([Buffer.from(first.slice(0, 2), 'hex'), Buffer.from('hvc1')]);
    const said = oddities.push(type, 0, payload);
    if (sentence === undefined) assert.deepEqual(said, []);
    else assert.match(said.join(), sentence);
    assert.deepEqual(oddities.push(type, 40, payload), []);
  }
});

test('Of one sender ten sentences are enough', () => {
  const oddities = new Oddities();
  const said = Array.from({ length: 30 }, (_, at) =>
    oddities.push(video, (at % 2) * 20_000, Buffer.from('17', 'hex')),
  );
  assert.equal(said.flat().length, 10);
});
