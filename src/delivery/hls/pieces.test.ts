import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockOf, bytesOfPieces, lengthOfPieces, type Pieces, textOf, withUri } from './pieces.ts';

const lines = '#EXT-X-MAP:URI="init-1.mp4"\n#EXTINF:1.00000,\nseg-1-2.m4s\n';
const plain = (uri: string) => uri;
const token = (uri: string) => `${uri}?token=ä`;

test('What a viewer needs is added to names of media, and to nothing else', () => {
  const text = `${lines}#EXT-X-PART:URI="part-1-3.m4s",X="a.m4sx"\nlast.mp4`;
  assert.equal(
    withUri(text, token),
    '#EXT-X-MAP:URI="init-1.mp4?token=ä"\n#EXTINF:1.00000,\nseg-1-2.m4s?token=ä\n#EXT-X-PART:URI="part-1-3.m4s?token=ä",X="a.m4sx"\nlast.mp4?token=ä',
  );
  assert.equal(withUri(text, plain), text);
});

test('Pieces are as long as they say, with a token and without', () => {
  assert.deepEqual([blockOf(lines).uris, blockOf('#EXTM3U\n').uris, blockOf('').uris], [2, 0, 0]);
  const pieces: Pieces = ['#EXTM3U\n', blockOf(lines), blockOf(lines), 'ü\n'];
  assert.equal(textOf(pieces, plain), `#EXTM3U\n${lines}${lines}ü\n`);
  assert.equal(textOf(pieces, token), `#EXTM3U\n${withUri(lines + lines, token)}ü\n`);
  for (const uri of [plain, token])
    assert.equal(lengthOfPieces(pieces, uri), Buffer.byteLength(textOf(pieces, uri)));
});

test('Blocks are not copied for whoever needs no token', () => {
  const block = blockOf(lines);
  assert.equal([...bytesOfPieces([block], plain)][0], block.bytes);
});
