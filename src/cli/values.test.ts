import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import {
  choice,
  count,
  duration,
  durationOrForever,
  generation,
  size,
  sources,
  startingPoint,
  topicName,
} from './values.ts';

test('places to send from: one, or several with names', () => {
  const table: [written: string[], expected: unknown][] = [
    [['photos'], 'photos'],
    [['./a=b'], './a=b'],
    [['/srv/a=b'], '/srv/a=b'],
    [['s3://bucket/day=1'], 's3://bucket/day=1'],
    [['a=b'], { a: 'b' }],
    [['a=/x=y', 'b=s3://bucket/c'], { a: '/x=y', b: 's3://bucket/c' }],
    [
      ['__proto__=/x', 'b=/y'],
      Object.fromEntries([
        ['__proto__', '/x'],
        ['b', '/y'],
      ]),
    ],
    [['a=/x', '/y'], 'has no name; each of several is to be NAME=PLACE, and is a folder of that name then'],
    [['a=/x', 'a=/y'], 'has the name of another one'],
    [['a='], 'is empty; write a path'],
    [[], 'is no place'],
  ];
  for (const [written, expected] of table) {
    const result = sources.safeParse(written);
    assert.deepEqual(
      result.success ? result.data : result.error.issues[0]?.message,
      expected,
      written.join(' '),
    );
  }
  assert.match(sources.safeParse(['a=ftp://host/x']).error?.issues[0]?.message ?? '', /looks like a URL/);
});

function verdict(schema: z.ZodType<unknown>, written: string): unknown {
  const result = schema.safeParse(written);
  return result.success ? result.data : result.error.issues[0]?.message;
}

test('values and what is said of wrong ones', () => {
  const table: [z.ZodType<unknown>, string, unknown][] = [
    [size(), '64KiB', 65_536],
    [size(), '64XB', 'is not a size; write bytes (65536) or a number with its unit (64KiB, 30MB, 2GB)'],
    [size(1), '0', 'is too small; the least is 1 B'],
    [duration, '2h', 7_200_000],
    [
      duration,
      'soon',
      'is not a duration; write milliseconds (500) or a number with its unit (500ms, 5s, 10m, 2h, 7d)',
    ],
    [durationOrForever, 'forever', -1],
    [durationOrForever, '-1', -1],
    [durationOrForever, '7d', 604_800_000],
    [count(1), '4', 4],
    [count(1), '0', 'is not a whole number of at least 1'],
    [count(1, 256), '1.5', 'is not a whole number from 1 to 256'],
    [choice(['md5', 'sha256']), 'SHA256', 'sha256'],
    [choice(['md5', 'sha256']), 'sha1', 'is none of md5, sha256'],
    [topicName, 'files.2026_a-b', 'files.2026_a-b'],
    [
      topicName,
      '..',
      'is no topic name; Kafka allows 1 to 249 letters, digits, dots, underscores and hyphens',
    ],
    [
      topicName,
      'a/b',
      'is no topic name; Kafka allows 1 to 249 letters, digits, dots, underscores and hyphens',
    ],
    [startingPoint, 'End', 'end'],
    [startingPoint, '2026-07-01T12:00Z', Date.UTC(2026, 6, 1, 12)],
    [startingPoint, 'noon', 'is no place to begin; write beginning, end or a time such as 2026-07-01T12:00Z'],
  ];
  for (const [schema, written, expected] of table)
    assert.deepEqual(verdict(schema, written), expected, written);
});

test('test files: a size, or a size and an interval', () => {
  assert.deepEqual(verdict(generation, '30MB'), { size: 30_000_000, interval: undefined });
  assert.deepEqual(verdict(generation, '30MB@1s'), { size: 30_000_000, interval: 1000 });
  for (const wrong of ['30MB@', '@1s', '30MB@1s@2s', 'big']) {
    assert.match(String(verdict(generation, wrong)), /write for example 30MB or 30MB@1s/);
  }
});
