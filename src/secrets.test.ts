import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentsWithoutSecrets, withoutSecrets } from './secrets.ts';

test('Addresses are shown without what opens them', () => {
  const table: readonly (readonly [string, string])[] = [
    ['rtmp://user:pass@host/live/x', 'rtmp://***@host/live/***'],
    [
      'srt://host:9000?mode=caller&passphrase=abc&latency=20',
      'srt://host:9000?mode=caller&passphrase=***&latency=20',
    ],
    ['webhdfs://host/x?op=OPEN&delegation=abc', 'webhdfs://host/x?op=OPEN&delegation=***'],
    ['gs://bucket/x?access_token=abc&y=1', 'gs://bucket/x?access_token=***&y=1'],
    ['s3://b/x?X-Amz-Security-Token=abc&X-Amz-Date=1', 's3://b/x?X-Amz-Security-Token=***&X-Amz-Date=1'],
    ['AccountName=mine;AccountKey=ab+c/d==', 'AccountName=mine;AccountKey=***'],
    ['film.mp4', 'film.mp4'],
    ['no file "AGE-SECRET-KEY-PQ-1AB0", age-secret-key-1cd', 'no file "***", ***'],
  ];
  for (const [text, shown] of table) assert.equal(withoutSecrets(text), shown);
});

test('A command line is shown without keys, and otherwise as it was', () => {
  const words = [
    'live',
    'publish',
    '--stream',
    'cam',
    '--stream-key',
    'k1',
    '--input',
    'rtmp://u:k2@h/live/k3',
  ];
  const more = [
    '--stream-key=k4',
    '--watch-key',
    'k5',
    '-X',
    'sasl.password=k6',
    '-Xssl.keystore.key=k7',
    '-X',
    'client.id=till',
  ];
  const shown = argumentsWithoutSecrets([...words, ...more]);
  assert.doesNotMatch(shown.join(' '), /k\d/);
  assert.deepEqual(shown.slice(0, 8), [
    'live',
    'publish',
    '--stream',
    'cam',
    '--stream-key',
    '***',
    '--input',
    'rtmp://***@h/live/***',
  ]);
  assert.deepEqual(shown.slice(-2), ['-X', 'client.id=till']);
  const plain = ['upload', '--from', 'a b', '--topic', 'files', '--once'];
  assert.deepEqual(argumentsWithoutSecrets(plain), plain);
});
