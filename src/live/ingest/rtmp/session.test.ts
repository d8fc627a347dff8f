import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { ChunkSender, clientHandshake, inPieces } from '../../../../test/support/rtmp.ts';
import { playSession as play } from '../../../../test/support/rtmp-session.ts';
import { FormatError } from '../../../errors.ts';
import { messageTypes, userControl } from './messages.ts';
import { RtmpSession } from './session.ts';

const picture = Buffer.from('1701000000', 'hex');
const sequence = Buffer.from('17000000000164001f', 'hex');

test('From the handshake to the last word of one who publishes', () => {
  const sender = new ChunkSender();
  const bytes = Buffer.concat([
    clientHandshake,
    sender.publish('cam?key=secret'),
    sender.command('@setDataFrame'),
    sender.media(
      messageTypes.data,
      0,
      Buffer.from('02000d40736574446174614672616d6502000a6f6e4d65746144617461 05'.replace(' ', ''), 'hex'),
    ),
    sender.media(messageTypes.data, 0, Buffer.from('02000a6f6e54657874446174 05'.replace(' ', ''), 'hex')),
    sender.media(messageTypes.video, 0, sequence),
    sender.media(messageTypes.audio, 23, Buffer.from('af00', 'hex')),
    sender.command('FCUnpublish', 6, null, 'cam'),
    sender.command('deleteStream', 7, null, 1),
    sender.media(messageTypes.video, 40, sequence),
  ]);
  const { events, of, answers } = play(new RtmpSession(), [bytes]);
  assert.deepEqual(of('publish')[0]?.named, { app: 'live', stream: 'cam', key: 'secret' });
  const flv = Buffer.concat(of('media').map((event) => event.bytes));
  assert.equal(
    flv.toString('hex'),
    [
      '464c5601050000000900000000',
      '1200000e000000000000000 2000a6f6e4d6574614461746105 00000019'.replaceAll(' ', ''),
      '0900000900000000000000 17000000000164001f 00000014'.replaceAll(' ', ''),
      '0800000200001700000000 af00 0000000d'.replaceAll(' ', ''),
    ].join(''),
  );
  assert.equal(events.at(-1)?.type, 'end');
  assert.deepEqual(
    answers.filter(([name]) => name === 'onStatus').map(([, , , info]) => Reflect.get(Object(info), 'code')),
    ['NetStream.Publish.Start', 'NetStream.Unpublish.Success'],
  );
  assert.ok(answers.some(([name, id, , stream]) => name === '_result' && id === 4 && stream === 1));
});

test('Who is refused is told why, and nothing of what he sends is taken', () => {
  const sender = new ChunkSender();
  const bytes = [
    clientHandshake,
    sender.publish('cam?key=bad'),
    sender.media(messageTypes.video, 0, sequence),
  ];
  const { of, answers } = play(new RtmpSession(), bytes, false);
  assert.equal(of('media').length, 0);
  const last = answers.at(-1) ?? [];
  assert.deepEqual(last, [
    ...['onStatus', 0, null],
    { level: 'error', code: 'NetStream.Publish.Denied', description: 'no such key' },
  ]);
});

test('Who wants to watch, or names another application, is sent away in words', () => {
  const watcher = new ChunkSender();
  const wish = Buffer.concat([
    watcher.command('connect', 1, { app: 'live' }),
    watcher.command('play', 2, null, 'cam'),
  ]);
  const watched = play(new RtmpSession(), [clientHandshake, wish]);
  assert.match(watched.of('refused')[0]?.message ?? '', /plays none/);
  const lost = play(new RtmpSession(), [clientHandshake, new ChunkSender().publish('cam', 'vod')]);
  assert.match(
    lost.of('refused')[0]?.message ?? '',
    /no application "vod" here: send to rtmp:\/\/HOST\/live\/STREAM/,
  );
  assert.equal(lost.of('publish').length, 0);
});

test('Pings are answered, what has come is acknowledged, and four letters are answered by four letters', () => {
  const sender = new ChunkSender();
  const ping = { ...userControl(6, Buffer.from('01020304', 'hex')), chunkStream: 2 };
  const window = {
    type: 5,
    stream: 0,
    timestamp: 0,
    chunkStream: 2,
    payload: Buffer.from('00000001', 'hex'),
  };
  const offer = sender.command('connect', 1, { app: 'live', fourCcList: ['hvc1'] });
  const { answers } = play(new RtmpSession(), [
    clientHandshake,
    offer,
    sender.bytes(ping),
    sender.bytes(window),
  ]);
  assert.ok(answers.some(([type, payload]) => type === 4 && payload === '000701020304'));
  assert.ok(answers.some(([type]) => type === 3));
  const connected = answers.find(([name]) => name === '_result') ?? [];
  assert.deepEqual(Reflect.get(Object(connected[2]), 'fourCcList'), ['hvc1', 'av01', 'vp09']);
});

test('Time stamps that jump and four letters are told, and not without end', () => {
  const sender = new ChunkSender();
  const media = (timestamp: number, bytes = picture) => sender.media(messageTypes.video, timestamp, bytes);
  const hevc = media(5_020_040, Buffer.from('9068766331', 'hex'));
  const begun = [
    clientHandshake,
    sender.publish('cam?key=k'),
    media(0, sequence),
    media(5_000_000),
    media(5_020_000),
  ];
  const { of } = play(new RtmpSession(), [...begun, hevc]);
  assert.deepEqual(
    of('note').map(({ message }) => message.slice(0, 40)),
    ['the time stamps of the sender jump by 20', 'the picture comes as hvc1 by enhanced RT'],
  );
  const restless = new ChunkSender();
  const jumps = Array.from({ length: 50 }, (_, index) =>
    restless.media(messageTypes.video, (index % 2) * 60_000, picture),
  );
  const told = play(new RtmpSession(), [clientHandshake, restless.publish('cam?key=k'), ...jumps]);
  assert.equal(told.of('note').length, 10);
});

test('What is no RTMP ends at once; so does what comes out of turn, and what is too much for a stranger', () => {
  const early = new ChunkSender().command('publish', 5, null, 'cam', 'live');
  const twice = new ChunkSender();
  const large = new ChunkSender();
  for (const bytes of [
    [Buffer.from('GET / HTTP/1.1\r\n')],
    [clientHandshake, early],
    [
      clientHandshake,
      twice.command('connect', 1, { app: 'live' }),
      twice.command('connect', 1, { app: 'live' }),
    ],
    [
      clientHandshake,
      large.bytes({ chunkStream: 6, type: 9, stream: 1, timestamp: 0, payload: Buffer.alloc(70_000) }),
    ],
    [
      clientHandshake,
      ...Array.from({ length: 17 }, () => new ChunkSender().command('createStream', 4, null)),
    ],
  ])
    assert.throws(() => play(new RtmpSession(), bytes), FormatError);
});

test('However the bytes are cut, the same comes of them', () => {
  const sender = new ChunkSender();
  const parts = [clientHandshake, sender.publish('cam?key=k'), sender.setChunkSize(4096)];
  for (let index = 0; index < 20; index += 1)
    parts.push(
      sender.media(
        index % 3 === 0 ? messageTypes.audio : messageTypes.video,
        index * 20,
        Buffer.alloc(index * 90 + 1, index),
      ),
    );
  const bytes = Buffer.concat([...parts, sender.command('deleteStream', 7, null, 1)]);
  const media = (pieces: readonly Buffer[]) => {
    const { of } = play(new RtmpSession(), pieces);
    return Buffer.concat(of('media').map((event) => event.bytes));
  };
  const whole = media([bytes]);
  assert.equal(
    whole.length,
    13 +
      20 * 15 +
      parts.length * 0 +
      Array.from({ length: 20 }, (_, n) => n * 90 + 1).reduce((a, b) => a + b),
  );
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
      assert.ok(media(inPieces(bytes, cuts)).equals(whole));
    }),
    { numRuns: 50 },
  );
});

test('A name that is false ends what is sent, as Wirecast says it; before that it is nothing', () => {
  const sender = new ChunkSender();
  const begin = [
    clientHandshake,
    sender.command('connect', 1, { app: 'live' }),
    sender.command('publish', 2, null, false),
  ];
  const more = [
    sender.command('publish', 3, null, 'cam?key=k', 'live'),
    sender.media(messageTypes.video, 0, sequence),
  ];
  const { of, answers } = play(new RtmpSession(), [
    Buffer.concat([...begin, ...more, sender.command('publish', 4, null, false)]),
  ]);
  assert.equal(of('publish').length, 1);
  assert.equal(of('end').length, 1);
  assert.match(JSON.stringify(answers), /NetStream.Unpublish.Success/);
});

test('A sender that says anew how its media are read has changed them; who repeats itself has not', () => {
  const sender = new ChunkSender();
  const other = Buffer.from('17000000000142c01e', 'hex');
  const hevc = (last: string): Buffer => Buffer.from(`9068766331${last}`, 'hex');
  const { of, events } = play(new RtmpSession(), [
    clientHandshake,
    sender.publish('cam?key=k'),
    ...[sequence, picture, sequence, other, picture, other, hevc('01'), hevc('01'), hevc('02')].map(
      (payload) => sender.media(messageTypes.video, 0, payload),
    ),
    ...['af001190', 'af0100', 'af001190', 'af001210'].map((hex) =>
      sender.media(messageTypes.audio, 0, Buffer.from(hex, 'hex')),
    ),
  ]);
  assert.deepEqual(
    of('changed').map(({ what }) => what),
    ['picture', 'picture', 'picture', 'sound'],
  );
  // Before what says so.
  const at = events.findIndex(({ type }) => type === 'changed');
  const next = events[at + 1];
  assert.ok(next?.type === 'media' && next.bytes.includes(other));
});

test('Behind its last word a session says nothing, and takes nothing amiss', () => {
  const sender = new ChunkSender();
  const session = new RtmpSession();
  play(session, [
    clientHandshake,
    sender.publish('cam?key=k'),
    sender.media(messageTypes.video, 0, sequence),
  ]);
  session.refuse('closing', 'the key does not hold any more');
  // A part of a message that has not ended, as long as what is acknowledged; then what is no RTMP.
  const begun = sender.media(messageTypes.video, 40, Buffer.alloc(3_000_000)).subarray(0, 2_900_000);
  assert.deepEqual(play(session, [begun, Buffer.alloc(200, 0x44)]).events, []);
});
