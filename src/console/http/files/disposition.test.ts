import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileAddress } from './address.ts';
import { attachment } from './disposition.ts';
import { mediaTypeOf } from './media-types.ts';

test('A name comes back from the header, whatever is in it', () => {
  assert.equal(attachment('a/b/report.pdf'), 'attachment; filename="report.pdf"');
  const name = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !text.includes('/') && text.isWellFormed());
  fc.assert(
    fc.property(name, (text) => {
      const header = attachment(text);
      // Nothing that would end the header, or the text in it.
      assert.match(
        header,
        /^attachment; filename="[ !#$&-[\]-~]*"(?:; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+)?$/,
      );
      const [, plain, extended] = /filename="(.*?)"(?:; filename\*=UTF-8''(.*))?$/.exec(header) ?? [];
      assert.equal(extended === undefined ? plain : decodeURIComponent(extended), text);
    }),
  );
});

test('The path of a URL is that of the file, or of none', () => {
  const segment = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => text.isWellFormed() && !/[/\0]/.test(text) && text !== '.' && text !== '..');
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
      const path = segments.map(encodeURIComponent).join('/');
      assert.deepEqual(fileAddress(`/x/console/files/shop/${path}?upload=1`), {
        uploader: 'shop',
        path: segments.join('/'),
      });
    }),
  );
  for (const path of [
    'shop/../a',
    'shop/%2E%2E/a',
    '.hidden/a',
    'shop/a%00',
    'shop/%',
    'shop/%ff',
    'shop//a',
    '%2Fshop/a',
  ])
    assert.equal(fileAddress(`/console/files/${path}`), undefined, path);
});

test('What a browser would run is nothing but bytes', () => {
  for (const path of [
    'a.html',
    'a.HTM',
    'a.svg',
    'a.xml',
    'a.xhtml',
    'a.js',
    'a.mhtml',
    'a',
    'a.constructor',
    'html/a',
  ])
    assert.equal(mediaTypeOf(path), 'application/octet-stream', path);
  assert.equal(mediaTypeOf('a.b/C.PNG'), 'image/png');
});
