import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aacTrack,
  avcTrack,
  box,
  madeFragment,
  madeInit,
  madeStream,
  words,
} from '../../../test/support/boxes.ts';
import fc from '../../../test/support/properties.ts';
import { FormatError } from '../../errors.ts';
import { Fragmenter, type Piece } from './fragmenter.ts';

/** The pieces of a stream that comes in these slices; `cuts` are offsets. */
function piecesOf(stream: Buffer, cuts: readonly number[] = [], fragmenter = new Fragmenter()): Piece[] {
  const offsets = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
  return offsets.slice(1).flatMap((end, index) => [...fragmenter.push(stream.subarray(offsets[index], end))]);
}

const pictures = 9;
const stream = madeStream(pictures);

test('an init, then a chunk for each picture with the sound before it', () => {
  const [init, ...chunks] = piecesOf(stream);
  assert.ok(init?.type === 'init');
  assert.deepEqual(
    init.movie.tracks.map(({ codec, timescale }) => [codec, timescale]),
    [
      ['avc1.64000d', 15360],
      ['mp4a.40.2', 48000],
    ],
  );
  assert.deepEqual([init.movie.main.width, init.movie.main.height], [320, 180]);
  assert.equal(chunks.length, pictures);
  for (const [index, chunk] of chunks.entries()) {
    assert.ok(chunk.type === 'chunk');
    const { keyframe, time, duration, timescale } = chunk;
    assert.deepEqual(
      { keyframe, time, duration, timescale },
      { keyframe: index % 4 === 0, time: index * 512, duration: 512, timescale: 15360 },
    );
  }
});

test('pieces do not depend on how the bytes come, and joined they are the bytes', () => {
  const whole = piecesOf(stream);
  const cut = fc.integer({ min: 0, max: stream.length });
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 60 }), (cuts) => {
      const pieces = piecesOf(stream, cuts);
      assert.deepEqual(pieces, whole);
      assert.ok(Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(stream));
    }),
  );
  assert.deepEqual(piecesOf(stream, Array.from(stream.keys())), whole);
});

test('a chunk that came in one slice is not copied', () => {
  for (const { bytes } of piecesOf(stream)) assert.equal(bytes.buffer, stream.buffer);
});

test('what is cut off at the end is left, and counted', () => {
  const whole = piecesOf(stream);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: stream.length }), (length) => {
      const fragmenter = new Fragmenter();
      const pieces = piecesOf(stream.subarray(0, length), [], fragmenter);
      assert.deepEqual(pieces, whole.slice(0, pieces.length));
      const given = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
      assert.equal(given + fragmenter.pending, length);
    }),
  );
});

test('damaged bytes give pieces or a FormatError, nothing else', () => {
  const damage = fc.record({ at: fc.nat(stream.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 12 }), (damages) => {
      const bytes = Buffer.from(stream);
      for (const { at, byte } of damages) bytes[at] = byte;
      orFormatError(() => piecesOf(bytes));
    }),
    { numRuns: 1000 },
  );
});

test('noise is refused, or waits for an end that its size promises', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      orFormatError(() => piecesOf(Buffer.from(noise)));
    }),
  );
});

function orFormatError(work: () => void): void {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof FormatError, String(error));
  }
}

test('a size above the limit is refused before anything of it is kept', () => {
  const huge = Buffer.concat([madeInit(avcTrack()), words(0x7fffffff), Buffer.from('mdat')]);
  assert.throws(() => piecesOf(huge), /box "mdat" has 2147483647 bytes, more than the/);
  const wide = Buffer.concat([words(1), Buffer.from('free'), words(0x00100000, 0)]);
  assert.throws(() => piecesOf(wide), /more than the/);
});

test('sound that goes on without a picture is bounded', () => {
  const fragmenter = new Fragmenter(20_000);
  const sound = madeFragment({ id: 2, time: 0, samples: 9, duration: 1024, size: 300 });
  const work = () => {
    for (let count = 0; count < 20; count++) piecesOf(sound, [], fragmenter);
  };
  piecesOf(madeInit(avcTrack(), aacTrack()), [], fragmenter);
  assert.throws(work, /a chunk has more than 20000 bytes/);
});

test('sound alone: every chunk stands for itself', () => {
  const bytes = [0, 9].map((time) =>
    madeFragment({ id: 2, time: time * 1024, samples: 9, duration: 1024, size: 30 }),
  );
  const [, ...chunks] = piecesOf(Buffer.concat([madeInit(aacTrack()), ...bytes]));
  assert.deepEqual(
    chunks.map(
      (chunk) => chunk.type === 'chunk' && [chunk.keyframe, chunk.time, chunk.duration, chunk.timescale],
    ),
    [
      [true, 0, 9216, 48000],
      [true, 9216, 9216, 48000],
    ],
  );
});

test('what is no fragmented MP4 is refused, and the message says why', () => {
  const init = madeInit(avcTrack());
  const run = { id: 1, time: 0, samples: 1, duration: 512, size: 10 };
  const fragment = madeFragment(run);
  const moof = fragment.subarray(0, fragment.readUInt32BE(0));
  const table: [RegExp, Buffer][] = [
    [/comes before moov/, fragment],
    [/not fragmented: its moov has no mvex/, box('moov', box('mvhd', words(0)))],
    [/neither a picture nor sound/, madeInit()],
    [/a second moov/, Buffer.concat([init, init])],
    [/without an mdat/, Buffer.concat([init, moof, moof])],
    [/an mdat has no moof/, Buffer.concat([init, box('mdat', words(1))])],
    [/fewer bytes than its moof says/, Buffer.concat([init, moof, box('mdat', words(1))])],
    [/pictures that last no time/, Buffer.concat([init, madeFragment({ ...run, duration: 0 })])],
    [
      /beyond all time/,
      Buffer.concat([init, madeFragment({ ...run, samples: 0xffffffff, duration: 0xffffffff, size: 0 })]),
    ],
    [/says that it has 3 bytes/, Buffer.concat([words(3), Buffer.from('ftyp')])],
    [/unreadable type/, Buffer.concat([words(20), Buffer.from([1, 2, 3, 4]), words(0)])],
    [/none that browsers play/, madeInit({ ...avcTrack(), entry: box('vp08', Buffer.alloc(78)) })],
  ];
  for (const [message, bytes] of table) {
    assert.throws(
      () => piecesOf(bytes),
      (error) => error instanceof FormatError && message.test(error.message),
      String(message),
    );
  }
});
