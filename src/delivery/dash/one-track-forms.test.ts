/** One track out of two, whichever of its fields a fragment has (ISO/IEC 14496-12, 8.8.7 and 8.8.8). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, box, madeInit, words } from '../../../test/support/boxes.ts';
import { FormatError } from '../../errors.ts';
import { boxesIn, requiredBox } from '../../live/mp4/box.ts';
import { initOfTrack, samplesOfTrack, trackOf } from './one-track.ts';

const init = madeInit(avcTrack(), aacTrack());
/** Id 1; its samples have 5 bytes where a fragment does not say otherwise. */
const track = { ...trackOf(init, 'video')!, defaults: { duration: 1, size: 5, flags: 0 } };

interface Form {
  /** Of `tfhd`: flags and what stands behind the track's id. */
  readonly head?: readonly number[];
  /** Of `trun`: flags, how many samples, what stands behind the offset. */
  readonly run: readonly number[];
}

/** A fragment with these bytes behind the ones of another track; where they begin is told by `offset`, or truly. */
function fragmentOf(form: Form, data: string, offset?: number): Buffer {
  const { head = [0x020000], run } = form;
  const [headFlags = 0, ...headFields] = head;
  const [runFlags = 0, count = 0, ...runFields] = run;
  const moof = (at: number) =>
    box(
      'moof',
      box('mfhd', words(0, 9)),
      box('traf', box('tfhd', words(0x020010, 2, 3)), box('trun', words(0x01, 1, at - 3))),
      box(
        'traf',
        box('tfhd', words(headFlags, 1, ...headFields)),
        box('trun', words(runFlags, count, ...(runFlags & 1 ? [at] : []), ...runFields)),
      ),
    );
  const at = offset ?? moof(0).length + 8 + 3;
  return Buffer.concat([moof(at), box('mdat', Buffer.from(`...${data}`))]);
}

const dataOf = (bytes: Buffer): string[] =>
  [...boxesIn(bytes)].filter(({ type }) => type === 'mdat').map(({ body }) => body.toString());

test('However a fragment says the sizes of its samples, they are those', () => {
  const rows: readonly (readonly [what: string, Form, data: string])[] = [
    ["the track's own size", { run: [0x01, 2] }, '0123456789'],
    ['of the fragment', { head: [0x020010, 3], run: [0x01, 2] }, 'abcdef'],
    ['behind a description', { head: [0x020012, 77, 3], run: [0x01, 2] }, 'abcdef'],
    ['behind a duration', { head: [0x020018, 77, 3], run: [0x01, 2] }, 'abcdef'],
    ['behind both', { head: [0x02001a, 77, 88, 3], run: [0x01, 2] }, 'abcdef'],
    ['before flags', { head: [0x020030, 3, 99], run: [0x01, 2] }, 'abcdef'],
    ['with neither', { head: [0x02000a, 77, 88], run: [0x01, 1] }, 'abcde'],
    ['a first sample with flags', { head: [0x020010, 3], run: [0x05, 2, 99] }, 'abcdef'],
    ['each its own', { run: [0x201, 3, 1, 2, 3] }, 'abcdef'],
    ['with flags of the first', { run: [0x205, 2, 99, 4, 1] }, 'abcde'],
    ['with durations', { run: [0x301, 2, 77, 4, 77, 1] }, 'abcde'],
    ['with flags', { run: [0x601, 2, 4, 99, 1, 99] }, 'abcde'],
    ['with times of composition', { run: [0xa01, 2, 4, 66, 1, 66] }, 'abcde'],
    ['with all of it', { run: [0xf01, 2, 77, 4, 99, 66, 77, 1, 99, 66] }, 'abcde'],
    ['with durations and no sizes', { head: [0x020010, 3], run: [0x101, 2, 77, 77] }, 'abcdef'],
    ['nothing', { run: [0x201, 0] }, ''],
  ];
  for (const [what, form, data] of rows) {
    const one = samplesOfTrack(fragmentOf(form, data), track);
    assert.deepEqual(dataOf(one), [data], what);
    // Taken out of itself it is the same, so its positions are right.
    assert.deepEqual(samplesOfTrack(one, track), one, what);
  }
});

test('Fragments and runs keep their order, and each fragment its number', () => {
  const two = (letters: string, number: number) => {
    const moof = (at: number) =>
      box(
        'moof',
        box('mfhd', words(0, number)),
        box(
          'traf',
          box('tfhd', words(0x020000, 1)),
          box('trun', words(0x201, 2, at, 1, 2)),
          box('trun', words(0x201, 1, at + 5, 1)),
        ),
        box('traf', box('tfhd', words(0x020000, 1)), box('trun', words(0x201, 1, at + 3, 2))),
      );
    return Buffer.concat([moof(moof(0).length + 8), box('mdat', Buffer.from(letters))]);
  };
  const one = samplesOfTrack(
    Buffer.concat([box('styp', words(1)), two('abcdef', 7), two('ghijkl', 8)]),
    track,
  );
  assert.deepEqual(dataOf(one), ['abcfde', 'ghiljk']);
  assert.deepEqual(samplesOfTrack(one, track), one);
  const numbers = [...boxesIn(one)]
    .filter(({ type }) => type === 'moof')
    .map(({ body }) => requiredBox(body, 'mfhd').readUInt32BE(4));
  assert.deepEqual(numbers, [7, 8]);
});

test('What does not say where its samples are is refused, and so is what lies', () => {
  const refused = (bytes: Buffer, message: RegExp): void =>
    assert.throws(
      () => samplesOfTrack(bytes, track),
      (error) => error instanceof FormatError && message.test(error.message),
    );
  refused(fragmentOf({ head: [0x020001, 0, 0], run: [0x01, 1] }, 'abcde'), /from the beginning of its file/);
  refused(fragmentOf({ run: [0x00, 1] }, 'abcde'), /does not say where its samples are/);
  refused(fragmentOf({ run: [0x200, 1, 1] }, 'a'), /does not say where its samples are/);
  refused(fragmentOf({ run: [0x01, 1] }, 'abcde', -1), /not where its moof says/);
  refused(fragmentOf({ run: [0x01, 1] }, 'abcd'), /not where its moof says/);
  refused(fragmentOf({ head: [0x020008], run: [0x01, 1] }, 'abcde'), /"tfhd" is shorter than its fields/);
  refused(fragmentOf({ run: [0x201, 2, 1] }, 'a'), /"trun" is shorter than its fields/);
  const whole = fragmentOf({ run: [0x01, 1] }, 'abcde');
  refused(Buffer.concat([whole, words(8).subarray(0, 3)]), /cut off/);
  refused(Buffer.concat([whole, words(9), Buffer.from('free')]), /cut off/);
  const noId = box('moof', box('mfhd', words(0, 1)), box('traf', box('tfhd', words(0))));
  refused(noId, /"tfhd" is shorter than its fields/);
});

test('An init of one track is the one that would have been made of it alone', () => {
  for (const [kind, alone] of [
    ['video', madeInit(avcTrack())],
    ['audio', madeInit(aacTrack())],
  ] as const)
    assert.deepEqual(initOfTrack(init, trackOf(init, kind)!), alone);
});

test('Ids are found in track headers of either version, and boxes of any name are kept', () => {
  const header = (version: number, id: number) =>
    box('tkhd', version === 1 ? words(0x01000000, 0, 0, 0, 0, id, 0, 0) : words(0, 0, 0, id, 0, 0));
  for (const version of [0, 1]) {
    const traks = [1, 2, 3].map((id) => box('trak', header(version, id)));
    const extended = [1, 2, 3].map((id) => box('trex', words(0, id, 1, 0, 0, 0)));
    const other = box('\xa9too', [1]);
    const all = box('moov', other, ...traks, box('mvex', box('mehd', words(0, 4)), ...extended));
    const one = box('moov', other, traks[1]!, box('mvex', box('mehd', words(0, 4)), extended[1]!));
    assert.deepEqual(initOfTrack(all, { ...track, id: 2 }), one);
  }
  const short = box('moov', box('trak', header(0, 1)), box('mvex', box('trex', words(0))));
  assert.throws(() => initOfTrack(short, track), /"trex" is shorter/);
  assert.throws(
    () => initOfTrack(box('moov', box('trak', box('tkhd', words(0)))), track),
    /"tkhd" is shorter/,
  );
});

test('Of two tracks of a kind the first is taken, and of none, none', () => {
  assert.equal(trackOf(madeInit(aacTrack(1), avcTrack(2), avcTrack(3)), 'video')?.id, 2);
  assert.equal(trackOf(madeInit(aacTrack()), 'video'), undefined);
});
