/** What a server of RTMP says, byte by byte, as senders of all makes read it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../../../errors.ts';
import { decodeAmf, encodeAmf } from './amf0.ts';
import { writeMessage } from './chunk-writer.ts';
import {
  commandMessage,
  connectError,
  connectResult,
  propertyOf,
  readCommand,
  refusalStatus,
  result,
  statusMessage,
} from './commands.ts';
import { flvHead, flvTag, isConfiguration } from './flv.ts';
import { Handshake } from './handshake.ts';
import {
  acknowledgement,
  controlEvents,
  messageTypes,
  peerBandwidth,
  type RtmpMessage,
  setChunkSize,
  streamBegin,
  windowAcknowledgement,
} from './messages.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('Messages have the numbers of sections 5.4 and 7.1', () => {
  assert.deepEqual(messageTypes, {
    ...{ setChunkSize: 1, abort: 2, acknowledgement: 3, userControl: 4, windowAcknowledgement: 5 },
    ...{ peerBandwidth: 6, audio: 8, video: 9, command3: 17, data: 18, command: 20 },
  });
  assert.deepEqual(controlEvents, { streamBegin: 0, pingRequest: 6, pingResponse: 7 });
});

test('Control messages have the bytes of sections 5.4 and 7.1, on the chunk stream of the protocol', () => {
  const rows: readonly (readonly [RtmpMessage, string])[] = [
    [setChunkSize(4096), '02 000000 000004 01 00000000 00001000'],
    [acknowledgement(2 ** 32 + 5), '02 000000 000004 03 00000000 00000005'],
    [acknowledgement(2 ** 32 - 1), '02 000000 000004 03 00000000 ffffffff'],
    [windowAcknowledgement(2_500_000), '02 000000 000004 05 00000000 002625a0'],
    [peerBandwidth(2_500_000), '02 000000 000005 06 00000000 002625a0 02'],
    [streamBegin(7), '02 000000 000006 04 00000000 0000 00000007'],
  ];
  for (const [message, bytes] of rows)
    assert.equal(writeMessage(message, 128).toString('hex'), bytes.replaceAll(' ', ''));
});

test('Commands go on a chunk stream of their own, in chunks whose heads say nothing anew', () => {
  const bytes = writeMessage(
    { type: 20, stream: 0x01020304, timestamp: 5, payload: Buffer.alloc(10, 0xee) },
    4,
  );
  assert.equal(
    bytes.toString('hex'),
    '03 000005 00000a 14 04030201 eeeeeeee c3 eeeeeeee c3 eeee'.replaceAll(' ', ''),
  );
  const long = writeMessage({ type: 20, stream: 1, timestamp: 0xffffff, payload: Buffer.alloc(5, 0xee) }, 4);
  assert.equal(
    long.toString('hex'),
    '03 ffffff 000005 14 01000000 00ffffff eeeeeeee c3 00ffffff ee'.replaceAll(' ', ''),
  );
  const short = writeMessage({ type: 20, stream: 1, timestamp: 0xfffffe, payload: Buffer.alloc(4) }, 4);
  assert.equal(short.toString('hex'), '03 fffffe 000004 14 01000000 00000000'.replaceAll(' ', ''));
});

test('What is answered to commands is what their senders wait for', () => {
  const command = { name: 'connect', transaction: 7, more: [{ app: 'live' }] };
  const said = (message: RtmpMessage) => [
    message.type,
    message.stream,
    message.timestamp,
    decodeAmf(message.payload),
  ];
  const description = 'connected';
  const connected = {
    level: 'status',
    code: 'NetConnection.Connect.Success',
    description,
    objectEncoding: 0,
  };
  const properties = { fmsVer: 'FMS/3,0,1,123', capabilities: 31 };
  assert.deepEqual(said(connectResult(command)), [20, 0, 0, ['_result', 7, properties, connected]]);
  const enhanced = connectResult({ ...command, more: [{ app: 'live', fourCcList: ['*'] }] });
  assert.deepEqual(said(enhanced)[3], [
    ...['_result', 7, { ...properties, fourCcList: ['hvc1', 'av01', 'vp09'] }],
    connected,
  ]);
  const invalid = { level: 'error', code: 'NetConnection.Connect.InvalidApp', description: 'no' };
  assert.deepEqual(said(connectError(command, 'no')), [20, 0, 0, ['_error', 7, null, invalid]]);
  assert.deepEqual(said(result(command, 3)), [20, 0, 0, ['_result', 7, null, 3]]);
  const status = { level: 'status', code: 'a', description: 'b' } as const;
  assert.deepEqual(said(statusMessage(4, status)), [20, 4, 0, ['onStatus', 0, null, status]]);
});

test('Each refusal is told by a code that OBS takes for the end of its try', () => {
  for (const [why, code] of [
    ['denied', 'Denied'],
    ['busy', 'BadName'],
    ['invalid', 'BadName'],
    ['full', 'Rejected'],
    ['closing', 'Rejected'],
  ] as const)
    assert.deepEqual(refusalStatus(why, 'words'), {
      level: 'error',
      code: `NetStream.Publish.${code}`,
      description: 'words',
    });
});

test('A command has a name, and a number where it wants an answer; those of AMF3 begin with a byte more', () => {
  const plain = commandMessage(0, ['publish', 5, null, 'cam']);
  const expected = { name: 'publish', transaction: 5, more: [null, 'cam'] };
  assert.deepEqual(readCommand(plain), expected);
  const payload = Buffer.concat([Buffer.from([0]), plain.payload]);
  assert.deepEqual(readCommand({ ...plain, type: messageTypes.command3, payload }), expected);
  assert.deepEqual(readCommand(commandMessage(0, ['publish', 'five'])), {
    name: 'publish',
    transaction: 0,
    more: [],
  });
  assert.equal(readCommand(commandMessage(0, [5, 'publish'])), undefined);
  assert.equal(readCommand(commandMessage(0, [])), undefined);
});

test('Only what an object has itself is a property of it', () => {
  assert.equal(propertyOf({ app: 'live' }, 'app'), 'live');
  for (const [value, name] of [
    [{ app: 'live' }, 'toString'],
    [null, 'app'],
    [undefined, 'app'],
    ['app', 'length'],
    [[1, 2], 'length'],
    [[1, 2], '0'],
  ] as const)
    assert.equal(propertyOf(value, name), undefined, name);
});

test('A string that is too long for its length is cut, and a message has 512 values at the most', () => {
  assert.deepEqual(decodeAmf(encodeAmf(['x'.repeat(70_000), true])), ['x'.repeat(65_535), true]);
  assert.equal(decodeAmf(Buffer.alloc(512, 5)).length, 512);
  assert.equal(decodeAmf(hex(`0a 000001ff ${'05'.repeat(511)}`)).length, 1);
  assert.throws(() => decodeAmf(hex(`0a 00000200 ${'05'.repeat(512)}`)), FormatError);
});

test('What is written of each kind of value has the bytes of AMF0', () => {
  for (const [value, bytes] of [
    [1.5, '00 3ff8000000000000'],
    [true, '01 01'],
    [false, '01 00'],
    ['ab', '02 0002 6162'],
    [{ a: null }, '03 0001 61 05 0000 09'],
    [null, '05'],
    [undefined, '06'],
    [[null, undefined], '0a 00000002 05 06'],
  ] as const)
    assert.equal(encodeAmf([value]).toString('hex'), bytes.replaceAll(' ', ''));
});

test('FLV: its head, and tags with 32 bits of time and their size behind them', () => {
  assert.equal(flvHead().toString('hex'), '464c5601050000000900000000');
  assert.equal(
    flvTag(9, 0xf1020304, hex('aabb')).toString('hex'),
    '09 000002 020304 f1 000000 aabb 0000000d'.replaceAll(' ', ''),
  );
  assert.equal(
    flvTag(8, 0x00ffffff, Buffer.alloc(0x010203)).subarray(0, 11).toString('hex'),
    '08 010203 ffffff 00 000000'.replaceAll(' ', ''),
  );
});

test('What says how media are read is told from media by its first two bytes', () => {
  const [audio, video] = [messageTypes.audio, messageTypes.video];
  for (const [type, bytes, isHead] of [
    [audio, 'af00', true],
    [audio, 'a000', true],
    [audio, 'af01', false],
    [audio, '2f00', false],
    [audio, 'af', false],
    [video, '1700', true],
    [video, '2700', true],
    [video, '1c00', true],
    [video, '1701', false],
    [video, '1702', false],
    [video, '1200', false],
    [video, '17', false],
    [video, '9068766331', true],
    [video, '80', true],
    [video, '9168766331', false],
    [video, '9368766331', false],
    [video, 'af00', false],
  ] as const)
    assert.equal(isConfiguration(type, hex(bytes)), isHead, `${type} ${bytes}`);
  assert.equal(isConfiguration(audio, Buffer.alloc(0)), false);
});

test('The handshake is answered once, behind all of the first packet, and gives what stands behind the second', () => {
  const peers = Buffer.from(Array.from({ length: 1536 }, (_, index) => index & 0xff));
  const handshake = new Handshake();
  assert.deepEqual(handshake.push(Buffer.alloc(0)), { answer: undefined, rest: undefined });
  assert.deepEqual(handshake.push(Buffer.concat([hex('03'), peers.subarray(0, 1535)])), {
    answer: undefined,
    rest: undefined,
  });
  const { answer = Buffer.alloc(0), rest } = handshake.push(peers.subarray(1535));
  assert.equal(rest, undefined);
  assert.equal(answer.length, 1 + 2 * 1536);
  // Version, a time of zero and the zero of section 5.2.3, random bytes; then what the sender said.
  assert.equal(answer.subarray(0, 9).toString('hex'), '030000000000000000');
  assert.notDeepEqual(answer.subarray(9, 1537), Buffer.alloc(1528));
  assert.deepEqual(answer.subarray(1537), peers);
  assert.deepEqual(handshake.push(Buffer.alloc(1535)), { answer: undefined, rest: undefined });
  assert.deepEqual(handshake.push(hex('00 aabb')), { answer: undefined, rest: hex('aabb') });
  const whole = new Handshake().push(Buffer.concat([hex('03'), peers, peers]));
  assert.equal(whole.answer?.length, 1 + 2 * 1536);
  assert.deepEqual(whole.rest, Buffer.alloc(0));
  for (const first of ['02', '06', '47']) assert.throws(() => new Handshake().push(hex(first)), FormatError);
});
