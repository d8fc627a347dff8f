/** Offers as browsers and programs make them, what is left of them, and answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../../test/support/properties.ts';
import { finishAnswer } from './answer.ts';
import { isUsableCandidate } from './candidates.ts';
import { readFragment } from './fragment.ts';
import { readOffer } from './offer.ts';

const session = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
];
const ice = [
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  'a=fingerprint:sha-256 AA:BB',
  'a=setup:actpass',
];
const transport = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const video = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 104',
  'c=IN IP4 0.0.0.0',
  ...ice,
  'a=candidate:1 1 udp 2113937151 7d1c3b1e-0000-4000-8000-000000000000.local 50000 typ host generation 0',
  'a=candidate:2 1 udp 1677729535 192.0.2.7 50001 typ srflx raddr 0.0.0.0 rport 0',
  'a=candidate:3 1 tcp 1518214911 192.0.2.7 9 typ host tcptype active',
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:toffset',
  `a=extmap:4 ${transport}`,
  'a=sendonly',
  'a=msid:x y',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 nack',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:102 H264/90000',
  'a=rtcp-fb:102 goog-remb',
  'a=rtcp-fb:102 transport-cc',
  'a=rtcp-fb:102 ccm fir',
  'a=rtcp-fb:102 nack',
  'a=rtcp-fb:102 nack pli',
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:104 H264/90000',
  'a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=ssrc-group:FID 11 12',
  'a=ssrc:11 cname:z',
  'a=simulcast:send h;l',
  'a=rid:h send',
];
const audio = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0',
  'c=IN IP4 0.0.0.0',
  ...ice,
  'a=mid:1',
  `a=extmap:4 ${transport}`,
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:0 PCMU/8000',
  'a=ssrc:21 cname:z',
];
const text = (...lines: readonly (readonly string[])[]): string => `${lines.flat().join('\r\n')}\r\n`;
const without = (lines: readonly string[], part: string): string[] =>
  lines.filter((line) => !line.includes(part));

function offerOf(sdp: string) {
  const read = readOffer(sdp);
  assert.ok('offer' in read, 'problem' in read ? read.problem : '');
  return read.offer;
}

test('of all that a browser offers one codec each is left, and what is understood of it', () => {
  const offer = offerOf(text(session, video, audio));
  assert.deepEqual(offer.video, {
    ...{ mid: '0', codec: 'h264', payloadType: 102, repeats: true, parameterSets: [], transportExtension: 4 },
  });
  assert.deepEqual(offer.sound, {
    ...{
      mid: '1',
      codec: 'opus',
      payloadType: 111,
      repeats: false,
      parameterSets: [],
      transportExtension: 4,
    },
  });
  assert.equal(offer.iceUfrag, 'abcd');
  assert.equal(
    offer.sdp,
    text(
      session,
      [
        'm=video 9 UDP/TLS/RTP/SAVPF 102',
        'c=IN IP4 0.0.0.0',
        ...ice,
        'a=candidate:2 1 udp 1677729535 192.0.2.7 50001 typ srflx raddr 0.0.0.0 rport 0',
        'a=mid:0',
        `a=extmap:4 ${transport}`,
        'a=sendonly',
        'a=rtcp-mux',
        'a=rtpmap:102 H264/90000',
        'a=rtcp-fb:102 transport-cc',
        'a=rtcp-fb:102 ccm fir',
        'a=rtcp-fb:102 nack',
        'a=rtcp-fb:102 nack pli',
        'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e02a',
        'a=ssrc:11 cname:z',
      ],
      without(audio, 'PCMU').map((line) => line.replace(' 111 0', ' 111')),
    ),
  );
});

test('without H.264 it is VP8; sound or picture may be missing; sets of parameters are taken', () => {
  assert.deepEqual(offerOf(text(session, without(video, 'H264'), audio)).video?.payloadType, 96);
  assert.equal(offerOf(text(session, video)).sound, undefined);
  const alone = offerOf(text(session, without(audio, 'a=ssrc')));
  assert.deepEqual([alone.video, alone.sound?.codec], [undefined, 'opus']);
  const sets = video.map((line) =>
    line.replace('a=fmtp:102 ', 'a=fmtp:102 sprop-parameter-sets=Z0LAFg==,aMuDyyA=;'),
  );
  assert.deepEqual(
    offerOf(text(session, sets, audio)).video?.parameterSets.map((set) => set.toString('hex')),
    ['6742c016', '68cb83cb20'],
  );
});

test('what is wished for of all formats at once (RFC 4585, 4.2) is wished for of the one that is taken', () => {
  const wishes = ['a=rtcp-fb:* nack', 'a=rtcp-fb:* nack pli', 'a=rtcp-fb:* goog-remb', 'a=rtcp-fb:*'];
  const offer = offerOf(text(session, [...without(video, 'a=rtcp-fb:'), ...wishes]));
  assert.equal(offer.video?.repeats, true);
  assert.deepEqual(
    offer.sdp.split('\r\n').filter((line) => line.startsWith('a=rtcp-fb:')),
    ['a=rtcp-fb:102 nack', 'a=rtcp-fb:102 nack pli'],
  );
});

test('what cannot be taken is said in words', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['hello', /begins with v=0/],
    [text(session), /neither a picture nor sound/],
    [text(session, video, video), /more than one m=video/],
    [
      text(
        session,
        video.map((line) => line.replace('sendonly', 'recvonly')),
        audio,
      ),
      /does not send its picture/,
    ],
    [text(session, without(without(video, 'H264'), 'VP8'), audio), /picture is offered as rtx: H.264 or VP8/],
    [text(session, video, without(audio, 'opus')), /sound is offered as PCMU: Opus/],
    [text(session, without(video, 'a=ssrc:'), audio), /sources of its picture and its sound/],
    [text(session, without(video, 'ufrag'), without(audio, 'ufrag')), /none of WebRTC/],
  ];
  for (const [sdp, problem] of cases) {
    const read = readOffer(sdp);
    assert.match('problem' in read ? read.problem : 'taken', problem);
  }
});

test('of an offer no more formats are looked at than there can be', () => {
  const payloads = [...Array<string>(128).fill('0'), '96'].join(' ');
  const offer = [
    'v=0',
    ...ice,
    `m=video 9 UDP/TLS/RTP/SAVPF ${payloads}`,
    'a=sendonly',
    'a=rtpmap:96 VP8/90000',
  ];
  const read = readOffer(text(offer));
  assert.match('problem' in read ? read.problem : 'taken', /offered as nothing/);
});

test('whatever is offered, nothing is thrown', () => {
  const lines = fc.array(
    fc.oneof(fc.constantFrom(...video, ...audio, ...session), fc.string({ maxLength: 40 })),
    { maxLength: 60 },
  );
  fc.assert(fc.property(lines, (all) => void readOffer(text(['v=0'], all))));
  fc.assert(fc.property(lines, (all) => void readFragment(text(all))));
});

test('an answer says nothing about media that we do not send, and names addresses of outside first', () => {
  const answer = text(
    ['v=0', 'a=group:BUNDLE 0', 'a=group:LS 0', 'a=msid-semantic:WMS *'],
    [
      'm=video 7 UDP/TLS/RTP/SAVPF 102',
      'a=mid:0',
      'a=msid:x y',
      'a=ssrc:11 cname:z',
      'a=rtcp-xr:rcvr-rtt=all',
    ],
    ['a=candidate:1 1 UDP 2114977791 10.0.0.7 7 typ host', 'a=end-of-candidates'],
  );
  assert.equal(
    finishAnswer(answer, ['192.0.2.1', '2001:db8::1'], 7),
    text(
      ['v=0', 'a=group:BUNDLE 0', 'm=video 7 UDP/TLS/RTP/SAVPF 102', 'a=mid:0'],
      [
        'a=candidate:p0 1 UDP 2130706431 192.0.2.1 7 typ host',
        'a=candidate:p1 1 UDP 2130706175 2001:db8::1 7 typ host',
      ],
      ['a=candidate:1 1 UDP 2114977791 10.0.0.7 7 typ host', 'a=end-of-candidates'],
    ),
  );
});

test('candidates are taken where they can be sent to as they stand', () => {
  const cases = [
    ['candidate:1 1 udp 1 192.0.2.7 50000 typ host', true],
    ['a=candidate:1 1 UDP 1 2001:db8::7 50000 typ srflx raddr :: rport 9', true],
    ['candidate:1 1 udp 1 example.org 50000 typ host', false],
    ['candidate:1 1 tcp 1 192.0.2.7 9 typ host tcptype active', false],
    ['candidate:1 2 udp 1 192.0.2.7 50000 typ host', false],
    ['candidate:1 1 udp 1 192.0.2.7 0 typ host', false],
    ['candidate:', false],
  ] as const;
  for (const [line, isUsable] of cases) assert.equal(isUsableCandidate(line), isUsable, line);
});

test('a fragment brings candidates of its media, and says whether ICE begins anew', () => {
  const fragment = text(
    ['a=ice-ufrag:efgh', 'a=ice-pwd:x', 'm=video 9 UDP/TLS/RTP/SAVPF 0', 'a=mid:7'],
    [
      'a=candidate:1 1 udp 1 192.0.2.7 50000 typ host',
      'a=candidate:1 1 tcp 1 192.0.2.7 9 typ host',
      'a=end-of-candidates',
    ],
  );
  assert.deepEqual(readFragment(fragment), {
    iceUfrag: 'efgh',
    candidates: [{ mid: '7', candidate: 'candidate:1 1 udp 1 192.0.2.7 50000 typ host' }],
  });
});
