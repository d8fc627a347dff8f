import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticedPaths } from './notices.ts';
import { readS3, type S3Place } from './place.ts';

const place = readS3('photos/in') as S3Place;

function notice(key: unknown, eventName: unknown = 'ObjectCreated:Put', bucket: unknown = 'photos'): string {
  return JSON.stringify({ Records: [{ eventName, s3: { bucket: { name: bucket }, object: { key } } }] });
}

test('What came or changed below the place is noticed, by the names that servers write', () => {
  for (const event of [
    'ObjectCreated:Put',
    's3:ObjectCreated:CompleteMultipartUpload',
    's3:ObjectRestore:Completed',
  ])
    assert.deepEqual(noticedPaths(notice('in/a/b.jpg', event), place), ['a/b.jpg'], event);
  assert.deepEqual(noticedPaths(notice('in/a%2Bb+%C3%A9.jpg'), place), ['a+b é.jpg', 'a%2Bb+%C3%A9.jpg']);
  const inAccessPoint = readS3('arn:aws:s3:eu-west-1:123456789012:accesspoint/door/in') as S3Place;
  assert.deepEqual(noticedPaths(notice('in/x'), inAccessPoint), ['x']);
});

test('What is removed, elsewhere, no path, or ours is passed over', () => {
  const others = [
    notice('in/a', 'ObjectRemoved:Delete'),
    notice('in/a', 'ObjectCreated:Put', 'others'),
    notice('out/a'),
    notice('in'),
    notice('in/'),
    notice('in/../a'),
    notice('in/%2e%2e/%2e%2e/a').replaceAll('%2e%2e', '..'),
    notice('in//a'),
    notice('in/.sluice/sink/a'),
    notice('in/a\u0000b'),
    notice(5),
    notice(['in/a']),
    notice('in/a', null),
    notice('in/a', 'ObjectCreated:Put', null),
    JSON.stringify({ Records: [null, 5, {}, { eventName: 'ObjectCreated:Put', s3: null }] }),
    JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'photos' }),
  ];
  for (const other of others) assert.deepEqual(noticedPaths(other, place), [], other);
});

test('What is no notice is said to be none', () => {
  for (const text of ['', 'hello', 'null', '5', '[]', '{}', '{"Records":5}', '{"Records":'])
    assert.equal(noticedPaths(text, place), undefined, text);
});
