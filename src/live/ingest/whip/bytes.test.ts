/** The container byte by byte (RFC 8794, RFC 9559), and the words of HTTP that senders by WHIP are answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { element, real, text, unknownLength, whole } from './ebml.ts';
import { iceLinks, readIceServers } from './ice-servers.ts';
import { streamFrame, streamHead } from './matroska.ts';
import { problems, refusalProblem } from './problem.ts';

const plain = (bytes: string) => bytes.replaceAll(' ', '');

test('an element has an id, a length in as few bytes as it takes, and a content', () => {
  assert.equal(
    element('a3', Buffer.from('aa', 'hex'), Buffer.from('bbcc', 'hex')).toString('hex'),
    'a383aabbcc',
  );
  assert.equal(element('1a45dfa3').toString('hex'), '1a45dfa380');
  for (const [bytes, length] of [
    [126, 'fe'],
    // All ones are a length that nobody knows.
    [127, '407f'],
    [16_382, '7ffe'],
    [16_383, '203fff'],
    [2_097_150, '3ffffe'],
    [2_097_151, '101fffff'],
  ] as const) {
    const made = element('ec', Buffer.alloc(bytes));
    assert.equal(made.subarray(1, 1 + length.length / 2).toString('hex'), length, `${bytes}`);
    assert.equal(made.length, 1 + length.length / 2 + bytes);
  }
  assert.equal(unknownLength.toString('hex'), '01ffffffffffffff');
});

test('numbers have as few bytes as they take, and one at the least', () => {
  for (const [value, bytes] of [
    [0, 'd78100'],
    [1, 'd78101'],
    [255, 'd781ff'],
    [256, 'd7820100'],
    [1_000_000, 'd7830f4240'],
    [2 ** 40, 'd786010000000000'],
  ] as const)
    assert.equal(whole('d7', value).toString('hex'), bytes);
  assert.equal(real('b5', 48_000).toString('hex'), 'b58840e7700000000000');
  assert.equal(text('86', 'V_VP8').toString('hex'), '8685565f565038');
});

test('the head of a stream: what it is, that it does not end, milliseconds, and its tracks', () => {
  const beginning = plain(
    '1a45dfa3 93 4282 88 6d6174726f736b61 4287 81 04 4285 81 02  18538067 01ffffffffffffff  1549a966 99 2ad7b1 83 0f4240 4d80 86 736c75696365 5741 86 736c75696365',
  );
  const video = plain('d7 81 01 73c5 81 01 83 81 01 9c 81 00 86 85 565f565038 e0 87 b0 82 0140 ba 81 b4');
  const sound = plain(
    'd7 81 02 73c5 81 02 83 81 02 9c 81 00 86 86 415f4f505553 56bb 84 04c4b400 63a2 93 4f70757348656164 01 02 0000 80bb0000 0000 00 e1 8d b5 88 40e7700000000000 9f 81 02',
  );
  const of = (track: string) => `ae${(0x80 | (track.length / 2)).toString(16)}${track}`;
  const tracks = (...all: readonly string[]) => {
    const bytes = all.map(of).join('');
    return `1654ae6b${(0x80 | (bytes.length / 2)).toString(16)}${bytes}`;
  };
  const picture = { codec: 'vp8', width: 320, height: 180 } as const;
  assert.equal(streamHead({ video: picture, sound: true }).toString('hex'), beginning + tracks(video, sound));
  assert.equal(streamHead({ sound: true }).toString('hex'), beginning + tracks(sound));
  const avc = streamHead({
    video: { ...picture, codec: 'h264', configuration: Buffer.from('0142', 'hex') },
    sound: false,
  });
  assert.match(avc.toString('hex'), /868f565f4d504547342f49534f2f41564363a2820142e0/);
});

test('a frame is a cluster with its time, its track and whether it stands by itself', () => {
  const bytes = Buffer.from('aabb', 'hex');
  for (const [track, time, isKeyframe, expected] of [
    ['video', 1000, true, '1f43b675 8c e7 82 03e8 a3 86 81 0000 80 aabb'],
    ['video', 1000.6, false, '1f43b675 8c e7 82 03e9 a3 86 81 0000 00 aabb'],
    ['sound', 5, true, '1f43b675 8b e7 81 05 a3 86 82 0000 80 aabb'],
    ['sound', -5, true, '1f43b675 8b e7 81 00 a3 86 82 0000 80 aabb'],
  ] as const)
    assert.equal(streamFrame(track, time, isKeyframe, bytes).toString('hex'), plain(expected));
});

test('servers of ICE are read as browsers know them, and told as links', () => {
  const servers = readIceServers(
    JSON.stringify([
      { urls: 'stun:stun.example.com' },
      {
        urls: ['turn:a.example.com:3478?transport=udp', 'turns:a.example.com'],
        username: 'me "the" \\user',
        credential: 'p\u00e4ss\r\nword',
      },
      { urls: 'turn:b.example.com', username: 'me' },
      { urls: 'stuns:c.example.com', credential: 'x' },
    ]),
    '--ice-servers',
  );
  assert.deepEqual(servers[0]?.urls, ['stun:stun.example.com']);
  const login = '; username="me \\"the\\" \\\\user"; credential="pssword"; credential-type="password"';
  assert.deepEqual(iceLinks(servers), [
    '<stun:stun.example.com>; rel="ice-server"',
    `<turn:a.example.com:3478?transport=udp>; rel="ice-server"${login}`,
    `<turns:a.example.com>; rel="ice-server"${login}`,
    '<turn:b.example.com>; rel="ice-server"',
    '<stuns:c.example.com>; rel="ice-server"',
  ]);
  assert.deepEqual(iceLinks([]), []);
});

test('what is no list of such servers is told by the name of its option, and nothing of it is shown', () => {
  for (const given of [
    'secret',
    '{"urls": "stun:secret"}',
    '[{"url": "stun:secret"}]',
    '[{"urls": "http://secret"}]',
    '[{"urls": " stun:secret"}]',
    '[{"urls": "stun:secret>"}]',
    '[{"urls": "stun:secret, b"}]',
    '[{"urls": ["stun:a", "secret"]}]',
    '[{"urls": "stun:a", "username": 5}]',
  ])
    assert.throws(
      () => readIceServers(given, '--whip-ice'),
      ({ name, message }: Error) =>
        name === 'ConfigurationError' &&
        message.startsWith('--whip-ice is no list') &&
        !message.includes('secret'),
      given,
    );
});

test('each refusal has a status of HTTP, and what a sender is to do next', () => {
  const bearer = { 'www-authenticate': 'Bearer error="invalid_token"' };
  for (const [why, rest] of [
    ['denied', { status: 401, headers: bearer }],
    ['busy', { status: 409 }],
    ['full', { status: 503, headers: { 'retry-after': '5' } }],
    ['closing', { status: 503, headers: { 'retry-after': '2' } }],
    ['invalid', { status: 400 }],
  ] as const)
    assert.deepEqual(refusalProblem(why, 'words'), { ...rest, message: 'words' });
  assert.deepEqual(
    Object.entries(problems).map(([name, { status }]) => [name, status]),
    [
      ['noKey', 401],
      ['notSdp', 415],
      ['notFragment', 415],
      ['noSession', 404],
      ['otherKey', 401],
      ['noTag', 428],
      ['otherTag', 412],
      ['restart', 422],
      ['tooLarge', 413],
    ],
  );
  assert.deepEqual(problems.noKey.headers, { 'www-authenticate': 'Bearer' });
  assert.deepEqual(problems.otherKey.headers, bearer);
  for (const { message } of Object.values(problems)) assert.ok(message.length > 20);
});
