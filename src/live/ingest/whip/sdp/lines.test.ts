/** Lines of SDP, and what is made of them beside an offer: candidates, fragments, answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishAnswer } from './answer.ts';
import { isUsableCandidate, ownCandidate } from './candidates.ts';
import { readFragment } from './fragment.ts';
import { attribute, payloadOf, sectionsOf, textOf } from './lines.ts';

const text = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n`;

test('sections, attributes and payloads by their lines', () => {
  const [first, second, ...none] = sectionsOf(
    'v=0\r\n\r\ns=-\nm=video 9 x\r\na=mid:0\r\na=bundle-only\r\na=mid:1',
  );
  assert.deepEqual(none, []);
  assert.deepEqual(first, { lines: ['v=0', 's=-'] });
  assert.deepEqual(second, { media: 'video', lines: ['m=video 9 x', 'a=mid:0', 'a=bundle-only', 'a=mid:1'] });
  assert.equal(
    textOf([first!, second!]),
    'v=0\r\ns=-\r\nm=video 9 x\r\na=mid:0\r\na=bundle-only\r\na=mid:1\r\n',
  );
  assert.deepEqual(sectionsOf(''), [{ lines: [] }]);
  assert.deepEqual(sectionsOf(' m=video 9\nm=\nxm=video'), [{ lines: [' m=video 9', 'm=', 'xm=video'] }]);
  for (const [name, value] of [
    ['mid', '0'],
    ['bundle-only', ''],
    ['bundle', undefined],
    ['only', undefined],
  ] as const)
    assert.equal(attribute(second!, name), value, name);
  for (const [line, payload] of [
    ['a=rtpmap:96 VP8/90000', '96'],
    ['a=fmtp:9 x', '9'],
    ['a=rtcp-fb:* nack', '*'],
    ['a=rtcp-fb:96', '96'],
    ['a=rtpmap:96x', undefined],
    ['a=rtpmap:x', undefined],
    ['a=rtcp:9', undefined],
    [' a=rtpmap:96 VP8', undefined],
  ] as const)
    assert.equal(payloadOf(line), payload, line);
});

test('a candidate in its parts', () => {
  for (const [line, isUsable] of [
    ['candidate:1 1 udp 1 192.0.2.7 1 typ host', true],
    ['candidate:1 1 udp 1 192.0.2.7 65535 typ host', true],
    ['candidate:1 1 udp 1 192.0.2.7 65536 typ host', false],
    ['candidate:1 1 udp 1 192.0.2.7 -1 typ host', false],
    ['candidate:1 1 udp 1 192.0.2.7 x typ host', false],
    ['candidate:1 1 udp 1 192.0.2.7 50000 host', false],
    ['candidate:1 1 udp 1 192.0.2.7 50000', false],
    ['candidate: 1 udp 1 192.0.2.7 50000 typ host', false],
    ['candidate:1 1 udp 1  50000 typ host', false],
    ['a=b=candidate:1 1 udp 1 192.0.2.7', false],
  ] as const)
    assert.equal(isUsableCandidate(line), isUsable, line);
  assert.equal(ownCandidate('192.0.2.1', 7, 2), 'a=candidate:p2 1 UDP 2130705919 192.0.2.1 7 typ host');
});

test('a fragment without media has its candidates for the first, and names no ICE where it does not', () => {
  const candidate = 'candidate:1 1 udp 1 192.0.2.7 50000 typ host';
  assert.deepEqual(readFragment(text([`a=${candidate}`, candidate])), {
    candidates: [{ mid: '0', candidate }],
  });
  const two = [
    'm=video 9 x 0',
    'a=ice-ufrag:efgh',
    'a=mid:a',
    `a=${candidate}`,
    'm=audio 9 x 0',
    'a=ice-ufrag:ijkl',
    'a=mid:b',
    `a=${candidate}`,
  ];
  assert.deepEqual(readFragment(text(two)), {
    iceUfrag: 'efgh',
    candidates: [
      { mid: 'a', candidate },
      { mid: 'b', candidate },
    ],
  });
});

test('an answer keeps all but what is said of senders, and names ours before the first candidate of each', () => {
  const candidate = 'a=candidate:1 1 UDP 2114977791 10.0.0.7 7 typ host';
  const kept = [
    'v=0',
    'a=group:BUNDLE 0',
    'm=video 7 x 96',
    'a=ssrcs:1',
    'i=a=ssrc:1',
    'a=end-of-candidates',
    'm=audio 7 x 111',
    candidate,
    candidate,
  ];
  const gone = [
    'a=ssrc:1 a',
    'a=ssrc-group:FID 1 2',
    'a=msid:a b',
    'a=msid-semantic:x',
    'a=rtcp-xr:x',
    'a=group:LS 0',
  ];
  assert.equal(finishAnswer(text([...kept.slice(0, 3), ...gone, ...kept.slice(3)])), text(kept));
  const own = 'a=candidate:p0 1 UDP 2130706431 192.0.2.1 9 typ host';
  assert.equal(
    finishAnswer(text(kept), ['192.0.2.1'], 9),
    text([...kept.slice(0, 7), own, candidate, candidate]),
  );
});
