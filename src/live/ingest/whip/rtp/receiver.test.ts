import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from './frame.ts';
import type { RtpPacket } from './packet.ts';
import { MediaReceiver, type ReceiverOptions } from './receiver.ts';

const pli = '81ce0002';
const nack = '81cd';

/** Each packet is a frame: `k` one that stands by itself. */
const options: ReceiverOptions = {
  payloadType: 96,
  rate: 90_000,
  repeats: true,
  isPicture: true,
  keyframeInterval: 2000,
  depacketiser: () => ({
    push: ({ payload, timestamp }: RtpPacket): Frame => ({
      timestamp,
      isKeyframe: payload.toString() === 'k',
      bytes: payload,
    }),
    lost: () => {},
  }),
};

function packet(sequence: number, text: string, ssrc = 1, payloadType = 96): RtpPacket {
  return {
    sequence,
    ssrc,
    payloadType,
    timestamp: sequence * 3000,
    marker: true,
    payload: Buffer.from(text),
  };
}

const textOf = (frames: readonly Frame[]): string => frames.map(({ bytes }) => bytes.toString()).join('');
const kinds = (wishes: readonly Buffer[]): string[] =>
  wishes
    .map((wish) => wish.toString('hex'))
    .map((hex) => (hex.startsWith(pli) ? 'pli' : hex.startsWith(nack) ? 'nack' : hex));

test('it begins with a keyframe, which it asks for until it comes, and now and then', () => {
  const receiver = new MediaReceiver(options);
  assert.deepEqual(receiver.wishes(0), []);
  assert.equal(textOf(receiver.push(packet(1, 'p'), 0)), '');
  assert.deepEqual(kinds(receiver.wishes(0)), ['pli']);
  assert.deepEqual(kinds(receiver.wishes(499)), []);
  assert.deepEqual(kinds(receiver.wishes(500)), ['pli']);
  assert.equal(textOf(receiver.push(packet(2, 'k'), 600)), 'k');
  assert.equal(textOf(receiver.push(packet(3, 'p'), 700)), 'p');
  assert.deepEqual(kinds(receiver.wishes(2599)), []);
  assert.deepEqual(kinds(receiver.wishes(2600)), ['pli']);
});

test('what is lost is asked for; where it does not come, pictures wait for the next keyframe', () => {
  const receiver = new MediaReceiver(options);
  receiver.push(packet(1, 'k'), 0);
  receiver.wishes(0);
  assert.equal(textOf(receiver.push(packet(3, 'p'), 600)), '');
  assert.deepEqual(kinds(receiver.wishes(600)), ['nack']);
  assert.equal(textOf(receiver.push(packet(2, 'p'), 650)), 'pp');
  assert.equal(textOf(receiver.push(packet(5, 'p'), 700)), '');
  assert.equal(textOf(receiver.take(949)), '');
  assert.deepEqual(kinds(receiver.wishes(949)), ['nack']);
  assert.equal(textOf(receiver.take(950)), '');
  assert.deepEqual(kinds(receiver.wishes(950)), ['pli']);
  assert.equal(textOf(receiver.push(packet(6, 'k'), 1000)), 'k');
});

test('sound goes on behind a hole, and is asked for nothing', () => {
  const receiver = new MediaReceiver({ ...options, isPicture: false, repeats: false });
  assert.equal(textOf(receiver.push(packet(1, 'a'), 0)), 'a');
  assert.equal(textOf(receiver.push(packet(3, 'c'), 20)), '');
  assert.deepEqual(receiver.wishes(20), []);
  assert.equal(textOf(receiver.take(80)), 'c');
});

test('another source begins anew; another format is left out', () => {
  const receiver = new MediaReceiver(options);
  receiver.push(packet(1, 'k'), 0);
  assert.equal(textOf(receiver.push(packet(2, 'k', 1, 97), 0)), '');
  assert.equal(textOf(receiver.push(packet(40_000, 'p', 2), 10)), '');
  assert.equal(textOf(receiver.push(packet(40_001, 'k', 2), 20)), 'k');
  assert.equal(receiver.ssrc, 2);
});

test('its reports count what came and what did not', () => {
  const receiver = new MediaReceiver(options);
  assert.equal(receiver.report(0), undefined);
  for (const sequence of [1, 2, 3, 5]) receiver.push(packet(sequence, 'k'), sequence * 33);
  receiver.note({ type: 'report', ssrc: 1, time: 0, shortTime: 77, timestamp: 0 }, 200);
  const { lost, lostFraction, highest, report } = receiver.report(300) ?? {};
  assert.deepEqual([lost, lostFraction, (highest ?? 0) % 65_536], [1, 51, 5]);
  assert.deepEqual(report, { shortTime: 77, age: 100 });
  assert.equal(receiver.report(400)?.lostFraction, 0);
});

test('pictures behind a jump that nothing can fill wait for the next keyframe, which is asked for', () => {
  for (const jump of [5000, -5000]) {
    const receiver = new MediaReceiver(options);
    receiver.push(packet(10_000, 'k'), 0);
    receiver.wishes(0);
    assert.equal(textOf(receiver.push(packet(10_000 + jump, 'p'), 1000)), '');
    assert.deepEqual(kinds(receiver.wishes(1000)), ['pli']);
    assert.equal(textOf(receiver.push(packet(10_001 + jump, 'k'), 1100)), 'k');
  }
});

test('what is missing is asked for in the order of its numbers, again and again; of sound without repeats nothing', () => {
  const receiver = new MediaReceiver({ ...options, isPicture: false });
  receiver.push(packet(1, 'k'), 0);
  receiver.push(packet(5, 'k'), 0);
  assert.deepEqual(
    receiver.wishes(0).map((wish) => wish.toString('hex')),
    ['81cd00030000000100000001' + '00020003'],
  );
  assert.deepEqual(receiver.wishes(59), []);
  assert.equal(receiver.wishes(60).length, 1);
  // Over the end of the numbers.
  const late = new MediaReceiver({ ...options, isPicture: false });
  late.push(packet(65_534, 'k'), 0);
  late.push(packet(1, 'k'), 0);
  assert.match(late.wishes(0)[0]?.toString('hex') ?? '', /ffff0001$/);
});

test('what cannot be asked for is waited for as long as it may have been overtaken', () => {
  for (const [repeats, waits] of [
    [true, 250],
    [false, 60],
  ] as const) {
    const receiver = new MediaReceiver({ ...options, isPicture: false, repeats });
    receiver.push(packet(1, 'a'), 0);
    receiver.push(packet(3, 'c'), 0);
    assert.equal(textOf(receiver.take(waits - 1)), '');
    assert.equal(textOf(receiver.take(waits)), 'c');
  }
});

test('where frames were left out behind it a picture goes on with a keyframe, and sound at once', () => {
  const picture = new MediaReceiver(options);
  picture.push(packet(1, 'k'), 0);
  picture.wishes(0);
  picture.restart();
  assert.equal(textOf(picture.push(packet(2, 'p'), 500)), '');
  assert.deepEqual(kinds(picture.wishes(500)), ['pli']);
  assert.equal(textOf(picture.push(packet(3, 'k'), 510)), 'k');
  const sound = new MediaReceiver({ ...options, isPicture: false });
  sound.push(packet(1, 'p'), 0);
  sound.restart();
  assert.equal(textOf(sound.push(packet(2, 'p'), 500)), 'p');
  assert.deepEqual(sound.wishes(10_000), [], 'of sound there are no keyframes');
});

test('reports of another source count for nothing, nor does what has another format', () => {
  const receiver = new MediaReceiver(options);
  assert.equal(receiver.ssrc, undefined);
  assert.deepEqual(receiver.take(0), []);
  receiver.note({ type: 'report', ssrc: 1, time: 0, shortTime: 77, timestamp: 0 }, 0);
  receiver.push(packet(1, 'k', 1, 97), 0);
  assert.equal(receiver.report(0), undefined);
  receiver.push(packet(1, 'k'), 0);
  receiver.note({ type: 'report', ssrc: 2, time: 0, shortTime: 77, timestamp: 0 }, 0);
  assert.equal(receiver.report(0)?.report, undefined);
});

test('frames that a depacketiser gave up are none, and it is told of holes', () => {
  const told: string[] = [];
  const receiver = new MediaReceiver({
    ...{ ...options, repeats: false, isPicture: false },
    depacketiser: () => ({
      push: ({ payload }) => void told.push(payload.toString()),
      lost: () => void told.push('lost'),
    }),
  });
  receiver.push(packet(1, 'a'), 0);
  receiver.push(packet(3, 'c'), 0);
  assert.deepEqual(receiver.take(60), []);
  assert.deepEqual(told, ['a', 'lost', 'c']);
});
