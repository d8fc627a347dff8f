import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullMetadata, metadataOf, publishedOf, secondsText, uploadOf, withPublished } from './metadata.ts';

const published = { upload: 'a'.repeat(32), size: 7, digest: `sha256:${'0'.repeat(64)}` };
const look = { mtime: '1700000000120000000', mode: 0o106755 };

test('Times are seconds with as many digits as there are, of every century', () => {
  for (const [nanoseconds, text] of [
    ['0', '0'],
    ['1', '0.000000001'],
    ['-1', '-0.000000001'],
    ['1500000000', '1.5'],
    ['-86400000000000', '-86400'],
    ['1700000000123456789', '1700000000.123456789'],
  ] as const)
    assert.equal(secondsText(nanoseconds), text);
});

test('What an object says of itself is read back, and only where it says all and its size is so', () => {
  const said = fullMetadata('shöp/dir/a', look, published);
  assert.deepEqual(publishedOf(said, 7), published);
  assert.equal(publishedOf(said, 8), undefined);
  assert.deepEqual([said.mtime, said.mode], ['1700000000.12', '100755']);
  for (const value of Object.values(said)) assert.match(value, /^[\x20-\x7e]*$/);
  const begun = metadataOf('shöp/dir/a', published.upload);
  assert.equal(uploadOf(begun), published.upload);
  assert.equal(publishedOf(begun, 7), undefined);
  const adopted = withPublished({ mtime: '5', owner: 'nobody' }, 'shöp/dir/a', published);
  assert.deepEqual([adopted.mtime, adopted.owner, publishedOf(adopted, 7)], ['5', 'nobody', published]);
  assert.equal(uploadOf({}), undefined);
});
