import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someFacts } from '../../../test/support/live-records.ts';
import { multivariantPlaylist } from './multivariant.ts';

const sound = { ...someFacts, codecs: 'mp4a.40.2', width: 0, height: 0, frameRate: 0 };
const variants = [
  { name: 'high', facts: someFacts },
  { name: 'sound', facts: sound },
];

test('Variants are announced with all that players choose by', () => {
  assert.equal(
    multivariantPlaylist({ variants, over: false, uri: (uri) => uri }),
    `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=1200000,AVERAGE-BANDWIDTH=1000000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=30.000
high/live.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1200000,AVERAGE-BANDWIDTH=1000000,CODECS="mp4a.40.2"
sound/live.m3u8
`,
  );
});

test('The range of a picture is told by its transfer, where the specification has a word for it', () => {
  const rangeOf = (transfer: number) => {
    const facts = { ...someFacts, colours: { primaries: 9, transfer, matrix: 9 } };
    const text = multivariantPlaylist({ variants: [{ name: 'a', facts }], over: false, uri: (uri) => uri });
    return /,VIDEO-RANGE=(\w+)\n/.exec(text)?.[1];
  };
  const table = [
    ...[1, 6, 13, 14, 15].map((code) => [code, 'SDR']),
    [16, 'PQ'],
    [18, 'HLG'],
    [2],
    [8],
  ] as const;
  for (const [transfer, range] of table) assert.equal(rangeOf(transfer as number), range, String(transfer));
});

test('Where it leads: from a segment on, or to the whole programme when it is over', () => {
  const uris = (over: boolean, from?: number) =>
    multivariantPlaylist({ variants, over, from, uri: (uri) => `${uri}|` })
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  assert.deepEqual(uris(false, 17), ['high/live.m3u8?from=17|', 'sound/live.m3u8?from=17|']);
  assert.deepEqual(uris(true), ['high/vod.m3u8|', 'sound/vod.m3u8|']);
});
