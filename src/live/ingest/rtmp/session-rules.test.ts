/** What a session answers to each thing that a sender may say, and in which order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkSender, clientHandshake } from '../../../../test/support/rtmp.ts';
import { playSession as play } from '../../../../test/support/rtmp-session.ts';
import { FormatError } from '../../../errors.ts';
import { type AmfValue, encodeAmf } from './amf0.ts';
import { messageTypes } from './messages.ts';
import { RtmpSession } from './session.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const control = (type: number, payload: string) => ({
  ...{ type, stream: 0, timestamp: 0, chunkStream: 2 },
  payload: hex(payload),
});
const connect = (sender: ChunkSender, app: AmfValue = 'live') => sender.command('connect', 1, { app });
const codesIn = (answers: ReturnType<typeof play>['answers']) =>
  answers.filter(([name]) => name === 'onStatus').map(([, , , info]) => Reflect.get(Object(info), 'code'));

test('From connecting to publishing the answers have an order that senders know', () => {
  const session = new RtmpSession();
  assert.equal(session.isOpen, false);
  const { answers, of } = play(session, [clientHandshake, new ChunkSender().publish('cam?key=k')]);
  assert.equal(session.isOpen, true);
  assert.deepEqual(
    answers.map((answer) => answer.slice(0, 2)),
    [
      [5, '002625a0'],
      [6, '002625a002'],
      ['_result', 1],
      ['_result', 2],
      ['_result', 3],
      ['_result', 4],
      ['onStatus', 0],
      [4, '000000000001'],
    ],
  );
  assert.deepEqual(answers[6]?.[3], {
    ...{ level: 'status', code: 'NetStream.Publish.Start', description: 'send, it is published' },
  });
  assert.deepEqual(
    of('media').map(({ bytes }) => bytes.length),
    [13],
  );
});

test('What becomes of a stream is said on its own message stream', () => {
  for (const stream of [1, 7]) {
    const sender = new ChunkSender();
    const payload = encodeAmf(['publish', 5, null, 'cam?key=k', 'live']);
    const wish = sender.bytes({ chunkStream: 8, type: 20, stream, timestamp: 0, payload });
    const session = new RtmpSession();
    play(session, [clientHandshake, connect(sender)]);
    for (const event of session.push(wish)) {
      if (event.type === 'publish') assert.equal(session.admit().readUInt32LE(8), stream);
      // That it begins is said on the connection's.
      if (event.type === 'answer')
        assert.equal(
          event.bytes.toString('hex', 8, 18),
          `000000000000000000${stream.toString(16).padStart(2, '0')}`,
        );
    }
    assert.equal(session.refuse('closing', 'over').readUInt32LE(8), stream);
  }
});

test('Streams are made one after the other, sixteen at the most', () => {
  const sender = new ChunkSender();
  const connected = [clientHandshake, connect(sender)];
  const made = Array.from({ length: 16 }, (_, index) => sender.command('createStream', 10 + index, null));
  const { answers } = play(new RtmpSession(), [...connected, ...made]);
  assert.deepEqual(
    answers.slice(3),
    Array.from({ length: 16 }, (_, index) => ['_result', 10 + index, null, index + 1]),
  );
  const more = [...connected, ...made, sender.command('createStream', 99, null)];
  assert.throws(() => play(new RtmpSession(), more), FormatError);
});

test('Who asks without a number wants no answer, and what nobody knows has none', () => {
  const sender = new ChunkSender();
  const { answers } = play(new RtmpSession(), [
    clientHandshake,
    connect(sender),
    sender.command('releaseStream', 0, null, 'cam'),
    sender.command('FCPublish', 0, null, 'cam'),
    sender.command('_checkbw', 5, null),
    sender.command(7, 5, null),
    sender.bytes(control(messageTypes.peerBandwidth, '0000000102')),
    sender.bytes(control(messageTypes.acknowledgement, '00000001')),
    // A ping that is cut off, and what is no ping.
    sender.bytes(control(messageTypes.userControl, '000600000001')),
    sender.bytes(control(messageTypes.userControl, '0006000001')),
    sender.bytes(control(messageTypes.userControl, '0006000000023344')),
    sender.bytes(control(messageTypes.userControl, '000300000001')),
    sender.bytes(control(messageTypes.windowAcknowledgement, '000001')),
  ]);
  assert.deepEqual(answers.slice(3), [
    [4, '000700000001'],
    [4, '000700000002'],
  ]);
});

test('What has come is said whenever it is as much as the sender wants to hear of', () => {
  const sender = new ChunkSender();
  const session = new RtmpSession();
  const beginning = [clientHandshake, sender.publish('cam?key=k'), sender.setChunkSize(100_000)];
  play(session, [...beginning, sender.bytes(control(messageTypes.windowAcknowledgement, '00002710'))]);
  // Two of them are more than the 10,000 bytes that are asked for.
  const media = (timestamp: number) => sender.media(messageTypes.audio, timestamp, Buffer.alloc(5100, 0x2f));
  const said = (bytes: Buffer) =>
    [...session.push(bytes)].flatMap((event) =>
      event.type === 'answer' ? [event.bytes.toString('hex')] : [],
    );
  let since = 0;
  const told: number[] = [];
  for (let index = 0; index < 12; index += 1) {
    const bytes = media(index * 20);
    since += bytes.length;
    const [answer] = said(bytes);
    if (answer === undefined) continue;
    assert.match(answer, /^02000000000004030000{4}/);
    told.push(since);
    since = 0;
  }
  assert.ok(told.length >= 5);
  // The first one is due for what came before it.
  for (const bytes of told.slice(1)) assert.ok(bytes >= 10_000 && bytes < 15_000, String(bytes));
});

test('A window of nothing is one of a byte: each slice is acknowledged, with all that has come', () => {
  const sender = new ChunkSender();
  const session = new RtmpSession();
  const beginning = [
    ...[clientHandshake, connect(sender)],
    sender.bytes(control(messageTypes.windowAcknowledgement, '00000000')),
  ];
  play(session, beginning);
  const received = Buffer.concat(beginning).length;
  const answer = (bytes: Buffer) => [...session.push(bytes)].map((event) => Reflect.get(event, 'bytes'));
  for (const [index, byte] of [...sender.command('FCPublish', 0, null, 'cam').subarray(0, 3)].entries())
    assert.deepEqual(answer(Buffer.from([byte])), [
      Buffer.concat([
        hex('02 000000 000004 03 00000000 0000'),
        Buffer.from([(received + index + 1) >> 8, (received + index + 1) & 0xff]),
      ]),
    ]);
  assert.deepEqual(answer(Buffer.alloc(0)), []);
});

test('Without being asked about, every 2.5 MB are acknowledged', () => {
  const sender = new ChunkSender();
  const session = new RtmpSession();
  const beginning = [clientHandshake, sender.publish('cam?key=k'), sender.setChunkSize(10_000_000)];
  play(session, beginning);
  const picture = sender.media(messageTypes.video, 0, Buffer.alloc(2_600_000, 0x27));
  const missing = 2_500_000 - Buffer.concat(beginning).length;
  const types = (bytes: Buffer) => [...session.push(bytes)].map(({ type }) => type);
  assert.deepEqual(types(picture.subarray(0, missing - 1)), []);
  assert.deepEqual(types(picture.subarray(missing - 1, missing)), ['answer']);
});

test('Before somebody was let in nothing of media is taken; of the empty ones nothing at all', () => {
  const sender = new ChunkSender();
  const metadata = hex('02000a6f6e4d65746144617461 05');
  const early = [
    connect(sender),
    sender.media(messageTypes.video, 0, hex('1701')),
    sender.media(messageTypes.audio, 0, hex('af01')),
    sender.media(messageTypes.data, 0, metadata),
    sender.command('deleteStream', 3, null, 1),
    sender.command('publish', 2, null, 'cam?key=k'),
  ];
  const late = [
    sender.media(messageTypes.video, 5, Buffer.alloc(0)),
    sender.media(messageTypes.data, 7, metadata),
    sender.media(messageTypes.audio, 9, hex('2f01')),
  ];
  const { of } = play(new RtmpSession(), [clientHandshake, ...early, ...late]);
  assert.deepEqual(
    of('media').map(({ bytes }) => bytes.subarray(0, 8).toString('hex')),
    ['464c560105000000', '1200000e00000700', '0800000200000900'],
  );
  assert.equal(of('end').length, 0);
});

test('What says how media are read has the time of the media around it, whatever its own is', () => {
  const sender = new ChunkSender();
  const { of } = play(new RtmpSession(), [
    clientHandshake,
    sender.publish('cam?key=k'),
    sender.media(messageTypes.video, 500_000, hex('1701')),
    sender.media(messageTypes.video, 0, hex('1700')),
    sender.media(messageTypes.audio, 500_020, hex('af01')),
  ]);
  assert.deepEqual(of('note'), []);
  assert.equal(of('media').length, 4);
});

test('All ways to end are an end, said once', () => {
  for (const name of ['FCUnpublish', 'closeStream', 'deleteStream']) {
    const sender = new ChunkSender();
    const session = new RtmpSession();
    const { of, answers, events } = play(session, [
      ...[clientHandshake, sender.publish('cam?key=k'), sender.command(name, 6, null)],
    ]);
    assert.equal(of('end').length, 1, name);
    assert.equal(events.at(-1)?.type, 'end', name);
    assert.deepEqual(play(session, [sender.command('deleteStream', 7, null, 1)]).events, []);
    assert.deepEqual(codesIn(answers), ['NetStream.Publish.Start', 'NetStream.Unpublish.Success'], name);
    assert.deepEqual(answers.at(-1)?.[3], {
      ...{ level: 'status', code: 'NetStream.Unpublish.Success', description: 'all was taken' },
    });
  }
});

test('Who wants to watch is told on the stream that he named, and nothing behind that', () => {
  for (const name of ['play', 'play2']) {
    const sender = new ChunkSender();
    const { of, answers, events } = play(new RtmpSession(), [
      clientHandshake,
      Buffer.concat([
        connect(sender),
        sender.command(name, 2, null, 'cam'),
        sender.command('createStream', 3),
      ]),
    ]);
    assert.deepEqual(answers.at(-1), [
      ...['onStatus', 0, null],
      {
        level: 'error',
        code: 'NetStream.Play.StreamNotFound',
        description: 'this server takes streams, and plays none: watch them through sluice serve',
      },
    ]);
    assert.equal(events.at(-1)?.type, 'refused');
    assert.equal(of('answer').length, 6);
  }
});

test('Another application is refused by an error of connect, and one that is not named too', () => {
  for (const [app, shown] of [
    ['vod', 'vod'],
    ['a?key=secret', 'a'],
    [null, ''],
    [5, ''],
    ['x'.repeat(200), 'x'.repeat(80)],
  ] as const) {
    const sender = new ChunkSender();
    const { answers, of } = play(new RtmpSession(), [clientHandshake, connect(sender, app)]);
    const [name, transaction, , info] = answers.at(-1) ?? [];
    assert.deepEqual([name, transaction], ['_error', 1]);
    assert.equal(Reflect.get(Object(info), 'code'), 'NetConnection.Connect.InvalidApp');
    assert.match(of('refused')[0]?.message ?? '', new RegExp(`no application "${shown}" here`));
  }
});

test('To publish twice is no RTMP; to publish without a name is for the desk to judge', () => {
  const sender = new ChunkSender();
  const twice = [sender.publish('cam?key=k'), sender.command('publish', 9, null, 'cam?key=k', 'live')];
  assert.throws(() => play(new RtmpSession(), [clientHandshake, ...twice]), /publishes twice/);
  const nameless = new ChunkSender();
  const { of } = play(new RtmpSession(), [
    ...[clientHandshake, connect(nameless, 'live?key=k'), nameless.command('publish', 2, null)],
  ]);
  assert.deepEqual(of('publish')[0]?.named, { app: 'live', stream: '', key: 'k' });
});
