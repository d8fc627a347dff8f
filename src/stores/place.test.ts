import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePath, parsePlace, pathFault, placeFault } from './place.ts';

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
    ...['s3:/bucket', 's3:bucket', 's3:', ' s3:/bucket', 's3:\\bucket', 's3a://bucket/x', 'gcs://b'],
    ...['hdfs:/h', 'https://example.com/x', 'sftp://h/x', 'foo+bar://x', 'x-y.z:/x'],
    ...['nas:/export', 'user@nas:/export', 'data://x', 'http:example.com'],
  ];
  for (const url of urls) {
    assert.match(
      placeFault(url) ?? '',
      /looks like a URL.*there are: paths.*file:\/\/\/.*s3:\/\/BUCKET/,
      url,
    );
    assert.throws(() => parsePlace(url), { name: 'ConfigurationError', exitCode: 2 });
  }
  assert.match(placeFault('') ?? '', /is empty/);
});

test('buckets and prefixes, taken as they are', () => {
  const table: [url: string, bucket: string, prefix: string, shown?: string][] = [
    ['s3://bucket', 'bucket', ''],
    ['s3://bucket/', 'bucket', '', 's3://bucket'],
    ['S3://bucket/a', 'bucket', 'a/', 's3://bucket/a'],
    [' s3://bucket/a/b/ ', 'bucket', 'a/b/', 's3://bucket/a/b'],
    ['s3://my.bucket-1/a%20b?c#d+e', 'my.bucket-1', 'a%20b?c#d+e/'],
    ['s3://bucket/写真', 'bucket', '写真/'],
    ['s3://bucket//a', 'bucket', '/a/'],
    [
      's3://arn:aws:s3:eu-west-1:123456789012:accesspoint/mine',
      'arn:aws:s3:eu-west-1:123456789012:accesspoint/mine',
      '',
    ],
    [
      's3://arn:aws:s3:eu-west-1:123456789012:accesspoint/mine/a',
      'arn:aws:s3:eu-west-1:123456789012:accesspoint/mine',
      'a/',
    ],
  ];
  for (const [url, bucket, prefix, shown = url] of table) {
    assert.deepEqual(parsePlace(url), { store: 's3', bucket, prefix, url: shown }, url);
  }
  for (const url of ['s3://', 's3:///a', 's3://a b/c', 's3://-a', 's3://ab:c/d']) {
    assert.match(placeFault(url) ?? '', /^names no bucket; write s3:\/\/BUCKET\/PREFIX$/, url);
  }
});

test('keys that stand in a URL are refused, and not shown', () => {
  for (const url of ['s3://AKIA:hunter2@bucket/x', 'sftp://me:hunter2@host/x']) {
    assert.throws(
      () => parsePlace(url),
      ({ message }: Error) => !message.includes('hunter2'),
    );
  }
  assert.match(placeFault('s3://AKIA:hunter2@bucket/x') ?? '', /AWS's environment and profiles/);
  for (const url of [
    's3://bucket/a?X-Amz-Date=1&X-Amz-Signature=hunter2',
    'gs://bucket/a?access_token=hunter2',
    'webhdfs://host:9870/a?op=OPEN&delegation=hunter2',
    'azblob://films/a?sv=2026&sig=hunter2',
  ]) {
    assert.throws(
      () => parsePlace(url),
      ({ message }: Error) => / in it; .*: write /.test(message) && !message.includes('hunter2'),
      url,
    );
  }
  // A folder's own name, as tables are cut by.
  for (const url of ['s3://bucket/a?b/token=5', 'hdfs://host/key=1/sig=2', 'gs://bucket/a?part=3']) {
    assert.equal(placeFault(url), undefined, url);
  }
});

test('what has to be on a disk is a path, whatever stores there are', () => {
  for (const url of ['s3://bucket/x', 'gs://b', 'https://example.com/x']) {
    assert.match(
      pathFault(url) ?? '',
      /looks like a URL, and is to be a path here.*there are: paths.*file:\/\/\//,
    );
    assert.throws(() => parsePath(url), { name: 'ConfigurationError', exitCode: 2 });
  }
  assert.equal(parsePath('a:b'), 'a:b');
});

test('URLs of files are paths', () => {
  const table: [url: string, path: string][] = [
    ['file:///srv/photos', '/srv/photos'],
    ['FILE:///srv/photos/', '/srv/photos/'],
    ['file:/srv/my%20photos', '/srv/my photos'],
    ['file://localhost/srv/a%23b', '/srv/a#b'],
  ];
  if (process.platform !== 'win32')
    for (const [url, path] of table) {
      assert.equal(parsePath(url), path);
      assert.deepEqual(parsePlace(url), { store: 'disk', path });
    }
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
