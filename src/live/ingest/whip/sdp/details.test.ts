/** Offers in their details: each line that counts by itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OfferedMedia, readOffer } from './offer.ts';

const transport = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
const text = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n`;
const session = ['v=0', 'a=ice-ufrag:abcd', 'a=fingerprint:sha-256 AA'];

function video(formats: string, ...lines: readonly string[]): string {
  return text([...session, `m=video 9 UDP/TLS/RTP/SAVPF ${formats}`, 'a=sendonly', ...lines]);
}

function read(sdp: string) {
  const found = readOffer(sdp);
  assert.ok('offer' in found, 'problem' in found ? found.problem : '');
  return found.offer;
}

const problemOf = (sdp: string) => {
  const found = readOffer(sdp);
  return 'problem' in found ? found.problem : 'taken';
};
const sdpLines = (sdp: string, begin: string) => sdp.split('\r\n').filter((line) => line.startsWith(begin));

test('an offer is as it must be from its first line on, with either end of a line', () => {
  const good = video('96', 'a=rtpmap:96 VP8/90000');
  assert.equal(read(good).video?.payloadType, 96);
  assert.equal(read(good.replaceAll('\r\n', '\n')).video?.payloadType, 96);
  assert.match(read(good.replaceAll('\r\n', '\n')).sdp, /^v=0\r\n/);
  for (const wrong of [
    ` ${good}`,
    `s=-\r\n${good}`,
    good.replace('v=0\r\n', 'v=01\r\n'),
    good.replace('v=0\r\n', 'v=0 '),
  ])
    assert.match(problemOf(wrong), /it begins with v=0/);
});

test('what does not send is told so, of either kind', () => {
  for (const direction of ['recvonly', 'inactive']) {
    const sdp = video('96', 'a=rtpmap:96 VP8/90000').replace('sendonly', direction);
    assert.equal(problemOf(sdp), 'the offer does not send its picture: it is to be sendonly');
    assert.equal(
      problemOf(sdp.replace('m=video', 'm=audio').replace('VP8/90000', 'opus/48000/2')),
      'the offer does not send its sound: it is to be sendonly',
    );
  }
  const both = video('96', 'a=rtpmap:96 VP8/90000').replace('a=sendonly', 'a=sendrecv');
  assert.equal(problemOf(both), 'taken');
  assert.equal(problemOf(both.replace('a=sendrecv\r\n', '')), 'taken');
});

test('a codec is known by its name in any case, the sender prefers among formats, and pieces go before that', () => {
  const of = (formats: string, ...lines: readonly string[]) => read(video(formats, ...lines)).video;
  assert.equal(of('96 97', 'a=rtpmap:96 vp8/90000', 'a=rtpmap:97 VP8/90000')?.payloadType, 96);
  const two = ['a=rtpmap:96 h264/90000', 'a=rtpmap:97 H264/90000', 'a=rtpmap:98 H264/90000'];
  assert.equal(of('96 97 98', ...two)?.payloadType, 96);
  assert.equal(
    of('96 97 98', ...two, 'a=fmtp:97 packetization-mode=1', 'a=fmtp:98 packetization-mode=1')?.payloadType,
    97,
  );
  assert.equal(of('98 97 96', ...two)?.payloadType, 98);
  assert.equal(of('96 97 98', ...two)?.codec, 'h264');
  // A format that is not offered is none, whatever is said of it.
  assert.equal(of('96 98', 'a=rtpmap:97 H264/90000', 'a=rtpmap:98 VP8/90000')?.payloadType, 98);
  assert.equal(of('9 96', 'a=rtpmap:96 H264/90000', 'a=rtpmap:9 VP8/90000')?.payloadType, 96);
});

test('what is offered instead is named, each once, and not without end', () => {
  assert.equal(
    problemOf(video('96 97 98', 'a=rtpmap:96 VP9/90000', 'a=rtpmap:97 AV1/90000', 'a=rtpmap:98 VP9/90000')),
    'the picture is offered as VP9, AV1: H.264 or VP8 is taken',
  );
  assert.equal(problemOf(video('96')), 'the picture is offered as nothing: H.264 or VP8 is taken');
  const long = problemOf(video('96', `a=rtpmap:96 ${'x'.repeat(300)}/90000`));
  assert.equal(long, `the picture is offered as ${'x'.repeat(100)}: H.264 or VP8 is taken`);
});

test('of each kind there is one, and both say their sources', () => {
  const audio = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2'];
  const one = video('96', 'a=rtpmap:96 VP8/90000', 'a=ssrc:1 cname:a');
  assert.equal(problemOf(one + text([...audio, 'a=ssrc:2 cname:a'])), 'taken');
  assert.equal(
    problemOf(one + text(audio)),
    'the offer does not say the sources of its picture and its sound (a=ssrc)',
  );
  assert.match(problemOf(one + text([...audio, ...audio])), /more than one m=audio: one is taken/);
  assert.equal(
    problemOf(one + text(['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:2'])),
    'taken',
  );
  assert.match(
    problemOf(text([...session, 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel'])),
    /neither a picture nor sound/,
  );
});

test('the name of ICE is that of the media, or of the session; a fingerprint there must be', () => {
  const sdp = video('96', 'a=rtpmap:96 VP8/90000');
  assert.equal(read(sdp).iceUfrag, 'abcd');
  assert.equal(read(sdp + text(['a=ice-ufrag:efgh'])).iceUfrag, 'efgh');
  const missing = 'the offer is none of WebRTC: it names no ice-ufrag, or no fingerprint';
  assert.equal(problemOf(sdp.replace('a=ice-ufrag:abcd\r\n', '')), missing);
  assert.equal(problemOf(sdp.replace('a=fingerprint:sha-256 AA\r\n', '')), missing);
});

test('what a sender says of its media', () => {
  const of = (...lines: readonly string[]): OfferedMedia | undefined =>
    read(video('96 97', 'a=rtpmap:96 VP8/90000', ...lines)).video;
  assert.deepEqual(of(), { mid: '0', codec: 'vp8', payloadType: 96, repeats: false, parameterSets: [] });
  assert.equal(of('a=mid:7')?.mid, '7');
  for (const [line, repeats] of [
    ['a=rtcp-fb:96 nack', true],
    ['a=rtcp-fb:* nack', true],
    ['a=rtcp-fb:96 nack pli', false],
    ['a=rtcp-fb:97 nack', false],
    ['a=rtcp-fb:196 nack', false],
  ] as const)
    assert.equal(of(line)?.repeats, repeats, line);
  for (const [line, id] of [
    [`a=extmap:4 ${transport}`, 4],
    [`a=extmap:14 ${transport}`, 14],
    [`a=extmap:4 ${transport}\r\na=extmap:5 ${transport}`, 4],
    [`a=extmap:0 ${transport}`, undefined],
    [`a=extmap:x ${transport}`, undefined],
    [`a=extmap:4 ${transport}2`, undefined],
    [`a=extmap:4 x${transport}`, undefined],
    [`b=extmap:4 ${transport}`, undefined],
  ] as const)
    assert.equal(of(line)?.transportExtension, id, line);
});

test('sets of parameters are read where they stand, and only there', () => {
  const of = (parameters: string) =>
    read(video('96', 'a=rtpmap:96 H264/90000', `a=fmtp:96 ${parameters}`)).video?.parameterSets.map((set) =>
      set.toString('hex'),
    );
  assert.deepEqual(of('sprop-parameter-sets=Z0I=,aM4='), ['6742', '68ce']);
  assert.deepEqual(of('a=b; sprop-parameter-sets=Z0I=;c=d'), ['6742']);
  assert.deepEqual(of('a=b;sprop-parameter-sets=Z0I= c'), ['6742']);
  assert.deepEqual(of('x-sprop-parameter-sets=Z0I='), []);
  assert.deepEqual(of('sprop-parameter-sets='), []);
});

test('what is agreed to is one format, up to full HD, and what is understood of it', () => {
  const offer = (parameters: string) =>
    sdpLines(read(video('96', 'a=rtpmap:96 H264/90000', `a=fmtp:96 ${parameters}`)).sdp, 'a=fmtp')[0]?.slice(
      'a=fmtp:96 '.length,
    );
  assert.equal(
    offer('level-asymmetry-allowed=1;profile-level-id=42E01F;x=1'),
    'level-asymmetry-allowed=1;profile-level-id=42E02a;x=1',
  );
  assert.equal(
    offer('profile-level-id=42e01f;level-asymmetry-allowed=1'),
    'profile-level-id=42e02a;level-asymmetry-allowed=1',
  );
  for (const same of [
    'profile-level-id=42e01f',
    'level-asymmetry-allowed=0;profile-level-id=42e01f',
    'level-asymmetry-allowed=1',
  ])
    assert.equal(offer(same), same);
  const kept = read(
    video(
      '96 97',
      ...['a=rtpmap:96 VP8/90000', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96', 'a=rtcp-fb:97 nack'],
      ...['nack', 'nack pli', 'ccm fir', 'transport-cc', 'goog-remb', 'ccm tmmbr', 'nack rpsi', 'xnack'].map(
        (wish) => `a=rtcp-fb:96 ${wish}`,
      ),
      ...['a=rid:h send', 'a=simulcast:send h', 'a=extmap-allow-mixed', 'a=ssrc-group:FID 1 2', 'a=msid:a b'],
      ...[
        'a=rtcp-rsize',
        'a=rtcp-mux',
        'a=ridge:x',
        'a=msidx',
        `a=extmap:4 ${transport}`,
        'a=extmap:5 urn:x',
      ],
      ...[`a=extmap:44 urn:x`, 'a=ssrc:1 cname:a', 'b=AS:500', 'i=a=rtcp-fb:* nack', 'i=a=rid:h'],
      'i=level-asymmetry-allowed=1;profile-level-id=42e01f',
    ),
  ).sdp;
  assert.deepEqual(kept.split('\r\n').slice(session.length), [
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    ...['a=sendonly', 'a=rtpmap:96 VP8/90000'],
    ...['nack', 'nack pli', 'ccm fir', 'transport-cc'].map((wish) => `a=rtcp-fb:96 ${wish}`),
    ...['a=rtcp-mux', 'a=ridge:x', 'a=msidx', `a=extmap:4 ${transport}`, 'a=ssrc:1 cname:a', 'b=AS:500'],
    ...['i=a=rtcp-fb:* nack', 'i=a=rid:h', 'i=level-asymmetry-allowed=1;profile-level-id=42e01f', ''],
  ]);
});

test('without an extension of ours none is kept; candidates that cannot be used are left out everywhere', () => {
  const usable = 'a=candidate:1 1 udp 1 192.0.2.7 50000 typ host';
  const sdp =
    video('96', 'a=rtpmap:96 VP8/90000', 'a=extmap:5 urn:x', usable, usable.replace('192.0.2.7', 'x.local')) +
    text([
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      usable.replace('udp', 'tcp'),
      usable.replace('a=candidate:1', 'a=candidate:2'),
    ]);
  const { sdp: kept } = read(sdp);
  assert.deepEqual(sdpLines(kept, 'a=extmap'), []);
  assert.deepEqual(sdpLines(kept, 'a=candidate'), [usable, usable.replace('a=candidate:1', 'a=candidate:2')]);
});
