import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { readListing } from './listing-text.ts';

function page(blobs: string, marker = '<NextMarker />'): string {
  return `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a.example/" ContainerName="films"><Prefix>in/</Prefix><Blobs>${blobs}</Blobs>${marker}</EnumerationResults>`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => `&#x${found.charCodeAt(0).toString(16)};`);

test('Blobs of a listing, with all that is said of them', () => {
  const text = page(
    '<Blob><Name>in/a &amp; b&#39;s.jpg</Name><Properties><Last-Modified>Sun, 29 Nov 2026 22:00:00 GMT</Last-Modified><Etag>0x8D1</Etag><Content-Length>12</Content-Length><Content-MD5 /><AccessTier>Archive</AccessTier><ArchiveStatus>rehydrate-pending-to-hot</ArchiveStatus></Properties><Metadata><mtime>1.5</mtime><empty></empty><title>a &lt; b</title></Metadata><OrMetadata /></Blob>' +
      '<BlobPrefix><Name>in/folder/</Name></BlobPrefix>' +
      '<Blob>\n <Name Encoded="true">in/%EF%BF%BE%20x</Name>\n <Properties>\n <Etag>0x8D2</Etag></Properties><Metadata /></Blob>',
    '<NextMarker>2!92!&amp;x</NextMarker>',
  );
  const { blobs, next } = readListing(text)!;
  assert.equal(next, '2!92!&x');
  assert.deepEqual(blobs[0], {
    name: "in/a & b's.jpg",
    etag: '0x8D1',
    contentLength: 12,
    lastModified: new Date('2026-11-29T22:00:00Z'),
    accessTier: 'Archive',
    archiveStatus: 'rehydrate-pending-to-hot',
    metadata: { mtime: '1.5', empty: '', title: 'a < b' },
  });
  assert.equal(blobs.length, 2);
  assert.deepEqual(
    [blobs[1]!.name, blobs[1]!.contentLength, blobs[1]!.metadata],
    ['in/\ufffe x', 0, undefined],
  );
});

test('Metadata that is called as a property is none', () => {
  const text = page(
    '<Blob><Name>a</Name><Properties><Content-Length>1</Content-Length></Properties><Metadata><Etag>0x1</Etag><AccessTier>Archive</AccessTier></Metadata></Blob>',
  );
  const [blob] = readListing(text)!.blobs;
  assert.deepEqual(
    [blob!.etag, blob!.accessTier, blob!.metadata],
    [undefined, undefined, { Etag: '0x1', AccessTier: 'Archive' }],
  );
});

test('Any names and values come out as they went in', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), (pairs) => {
      const blobs = pairs.map(
        ([name, value]) =>
          `<Blob><Name>${escaped(name)}</Name><Properties><Etag>1</Etag></Properties><Metadata><a>${escaped(value)}</a></Metadata></Blob>`,
      );
      const read = readListing(page(blobs.join('')))!.blobs;
      assert.deepEqual(
        read.map(({ name, metadata }) => [name, metadata?.a]),
        pairs,
      );
    }),
    { numRuns: 100 },
  );
});

test('What is no listing, or not all of one, is none', () => {
  const whole = page('<Blob><Name>a</Name><Properties></Properties></Blob>');
  for (const text of [
    '',
    '<html></html>',
    '{"a":1}',
    '<EnumerationResults/>',
    whole.slice(0, -5),
    whole.replace('</Blob>', ''),
  ])
    assert.equal(readListing(text), undefined, text);
  assert.deepEqual(readListing(page('')), { blobs: [], next: undefined });
});
