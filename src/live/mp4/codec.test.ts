import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, box, madeInit, words } from '../../../test/support/boxes.ts';
import { boxesIn } from './box.ts';
import { readSampleEntry } from './codec.ts';
import { nameForApple } from './sample-entries.ts';

function codecOf(entry: Buffer): string {
  const [first] = boxesIn(entry);
  assert.ok(first);
  return readSampleEntry(first).codec;
}

test('names of codecs as players are told them', () => {
  const visual = Buffer.alloc(78);
  const audio = Buffer.alloc(28);
  const hvcC = box('hvcC', [1, 0x01, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93]);
  const high = box('hvcC', [1, 0x22, 0x20, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 120]);
  // An object type of its own: MPEG-1 layer 3.
  const mp3 = box('esds', words(0), [3, 18, 0, 0, 0, 4, 13, 0x6b, 0x15, ...Array<number>(11).fill(0)]);
  // High efficiency, its descriptors with sizes of four bytes.
  const wide = (tag: number, ...body: number[]) => [tag, 0x80, 0x80, 0x80, body.length, ...body];
  const decoder = wide(4, 0x40, 0x15, ...Array<number>(11).fill(0), ...wide(5, 0x2b, 0x92));
  const table: [string, Buffer][] = [
    ['avc1.64000d', avcTrack().entry],
    ['mp4a.40.2', aacTrack().entry],
    ['hvc1.1.6.L93.B0', box('hvc1', visual, hvcC)],
    ['hev1.2.4.H120.90', box('hev1', visual, high)],
    ['av01.0.04M.08', box('av01', visual, box('av1C', [0x81, 0x04, 0x0c, 0]))],
    ['av01.0.08H.10', box('av01', visual, box('av1C', [0x81, 0x08, 0xcc, 0]))],
    ['mp4a.6b', box('mp4a', audio, mp3)],
    ['mp4a.40.5', box('mp4a', audio, box('esds', words(0), wide(3, 0, 0, 0, ...decoder)))],
    ['dvh1.05.06', box('dvh1', visual, box('dvcC', [1, 0, 0x0a, 0x35]))],
    ['opus', box('Opus', audio)],
    ['flac', box('fLaC', audio)],
    ['ec-3', box('ec-3', audio)],
  ];
  for (const [codec, entry] of table) assert.equal(codecOf(entry), codec);
});

test('entries without what names them are refused', () => {
  for (const type of ['avc1', 'hvc1', 'av01']) {
    assert.throws(() => codecOf(box(type, Buffer.alloc(78))), /is missing/);
  }
  assert.throws(() => codecOf(box('avc1', Buffer.alloc(10))), /shorter than its fields/);
  assert.throws(
    () => codecOf(box('mp4a', Buffer.alloc(28), box('esds', words(0), [9, 1, 0]))),
    /no descriptor 3/,
  );
});

test('the size is that of the picture as it is shown', () => {
  const shaped = (across: number, down: number) => {
    const visual = Buffer.alloc(78);
    visual.writeUInt16BE(720, 24);
    visual.writeUInt16BE(576, 26);
    const [entry] = boxesIn(
      box(
        'avc1',
        visual,
        box('avcC', [1, 0x64, 0, 0x0d, 0xff, 0xe1, 0, 0, 0]),
        box('pasp', words(across, down)),
      ),
    );
    assert.ok(entry);
    const { width, height } = readSampleEntry(entry);
    return [width, height];
  };
  assert.deepEqual(shaped(64, 45), [1024, 576]);
  assert.deepEqual(shaped(1, 1), [720, 576]);
  assert.deepEqual(shaped(8, 9), [720, 648]);
  // What cannot be is not believed.
  assert.deepEqual(shaped(0, 0), [720, 576]);
  assert.deepEqual(shaped(1, 0), [720, 576]);
});

test('entries that Apple does not play are renamed where their records have the parameter sets', () => {
  const visual = Buffer.alloc(78);
  const whole = box('hvcC', Buffer.alloc(22), [3, ...Array<number>(12).fill(0)]);
  const bare = box('hvcC', Buffer.alloc(22), [0]);
  const table: [type: string, record: Buffer, expected: string][] = [
    ['hev1', whole, 'hvc1'],
    ['hvc1', whole, 'hvc1'],
    ['hev1', bare, 'hev1'],
    ['dvhe', whole, 'dvh1'],
    ['avc3', box('avcC', [1, 0x64, 0, 0x0d, 0xff, 0xe1, 0, 0, 0]), 'avc1'],
    ['avc3', box('avcC', [1, 0x64, 0, 0x0d, 0xff, 0xe0]), 'avc3'],
    ['av01', box('av1C', [0x81, 0x04, 0x0c, 0]), 'av01'],
  ];
  for (const [type, record, expected] of table) {
    const init = madeInit({ ...avcTrack(), entry: box(type, visual, record) }, aacTrack());
    assert.equal(nameForApple(init), type !== expected);
    assert.ok(init.includes(`${expected}\0`, 'latin1'));
    assert.equal(init.includes(`${type}\0`, 'latin1'), type === expected);
  }
});
