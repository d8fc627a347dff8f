import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { hasAlready, notModified, parseRange, ranged } from './conditions.ts';
import { Replies, takesGzip } from './replies.ts';

const replies = new Replies();

test('Which ranges are heeded', () => {
  const table: readonly (readonly [string, ReturnType<typeof parseRange>])[] = [
    ['bytes=0-', { from: 0, to: 100 }],
    ['bytes=0-0', { from: 0, to: 1 }],
    ['bytes=10-19', { from: 10, to: 20 }],
    ['bytes=90-1000', { from: 90, to: 100 }],
    ['bytes=-10', { from: 90, to: 100 }],
    ['bytes=-1000', { from: 0, to: 100 }],
    ['bytes=100-', 'nowhere'],
    ['bytes=-0', 'nowhere'],
    ['bytes=20-10', undefined],
    ['bytes=0-1,5-6', undefined],
    ['bytes=-', undefined],
    ['lines=0-1', undefined],
    ['bytes=a-b', undefined],
  ];
  for (const [header, range] of table) assert.deepEqual(parseRange(header, 100), range, header);
});

test('A range of a body in pieces is that range of the whole', () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pieces, fc.nat(120), fc.nat(120), (arrays, from, count) => {
      const body = arrays.map((array) => Buffer.from(array));
      const whole = Buffer.concat(body);
      const reply = ranged(replies.media(body), `bytes=${from}-${from + count}`);
      const wanted = whole.subarray(from, from + count + 1);
      assert.equal(reply.status, wanted.length === 0 ? 416 : 206);
      assert.deepEqual(Buffer.concat(reply.body), wanted.length === 0 ? Buffer.alloc(0) : wanted);
      const length = reply.headers[reply.headers.indexOf('content-length') + 1];
      assert.equal(length, String(wanted.length));
    }),
  );
});

test('What the viewer has already is not sent again', () => {
  const tag = 'W/"abc"';
  for (const header of ['W/"abc"', '"abc"', '*', '"x", W/"abc"']) assert.ok(hasAlready(header, tag), header);
  for (const header of [undefined, '', '"abd"', 'abc']) assert.ok(!hasAlready(header, tag), header);
  const reply = notModified(replies.make(200, 'a/b', 'c', [Buffer.from('x')], ['etag', tag]));
  assert.equal(reply.status, 304);
  assert.deepEqual(reply.body, []);
  assert.ok(reply.headers.includes(tag) && !reply.headers.includes('content-length'));
});

test('Who takes gzip', () => {
  const yes = [
    'gzip',
    'gzip, deflate, br',
    'br, gzip',
    'br;q=1.0, gzip;q=0.5',
    '*',
    'deflate,GZIP',
    'gzip;q=0.001',
  ];
  const no = [undefined, '', 'br', 'identity', 'gzip;q=0', 'gzip;q=0.000', 'br, gzip; q=0', 'xgzip', 'gzipx'];
  for (const accepted of yes) assert.ok(takesGzip(accepted), accepted);
  for (const accepted of no) assert.ok(!takesGzip(accepted), accepted);
});
