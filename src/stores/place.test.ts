import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlace, placeFault } from './place.ts';

test('paths are taken as they are', () => {
  const paths = [
    ...[
      'photos',
      './photos',
      '/srv/photos',
      '../a:b',
      'C:\\photos',
      'c:/photos',
      '\\\\server\\share',
      '~/photos',
    ],
    ...['2026:07', 'a:b', 'till-7:photos', './s3://bucket', 'photos/s3:/x', ':/x', ' photos'],
  ];
  for (const path of paths) {
    assert.equal(placeFault(path), undefined, path);
    assert.deepEqual(parsePlace(path), { store: 'disk', path });
  }
});

test('what looks like a URL is refused, and what there is is said', () => {
  const urls = [
    ...['s3://bucket/x', 'S3://bucket', 's3:/bucket', 's3:bucket', 's3:', ' s3://bucket', 's3:\\bucket'],
    ...[
      'gs://b',
      'azblob://c/p',
      'hdfs://h:1/p',
      'https://example.com/x',
      'sftp://h/x',
      'foo+bar://x',
      'x-y.z:/x',
    ],
    ...['nas:/export', 'user@nas:/export', 'data://x', 'http:example.com'],
  ];
  for (const url of urls) {
    assert.match(placeFault(url) ?? '', /looks like a URL.*there are: paths.*file:\/\/\//, url);
    assert.throws(() => parsePlace(url), { name: 'ConfigurationError', exitCode: 2 });
  }
  assert.match(placeFault('') ?? '', /is empty/);
});

test('URLs of files are paths', () => {
  const table: [url: string, path: string][] = [
    ['file:///srv/photos', '/srv/photos'],
    ['FILE:///srv/photos/', '/srv/photos/'],
    ['file:/srv/my%20photos', '/srv/my photos'],
    ['file://localhost/srv/a%23b', '/srv/a#b'],
  ];
  if (process.platform !== 'win32') for (const [url, path] of table) assert.equal(parsePlace(url).path, path);
});

test('URLs of files that are none of this machine, or say more than a path', () => {
  for (const url of [
    'file:photos',
    'file:',
    'file://nas/share',
    'file:///a?b',
    'file:///a#b',
    'file:///a%2Fb',
  ]) {
    assert.throws(() => parsePlace(url), { name: 'ConfigurationError' }, url);
  }
});
