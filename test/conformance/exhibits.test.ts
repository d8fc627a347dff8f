import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './ask.ts';
import type { Evidence } from './evidence.ts';
import { exhibits } from './exhibits.ts';
import { observe } from './follow.ts';
import { allRules } from './rules/all.ts';

function answer(path: string, status: number, body: string, askedAt: number, headers = {}): Answer {
  const url = `http://server.test/${path}`;
  return {
    url,
    status,
    headers,
    body: Buffer.from(body),
    askedAt,
    begunAt: askedAt + 5,
    endedAt: askedAt + 5,
  };
}

test('Of a broken rule the answer is shown that broke it, its headers, and the playlist that named it', () => {
  const playlists = [100, 200, 300].map((at) =>
    observe(answer('a/live.m3u8', 200, `#EXTM3U\n# of ${at}\n`, at)),
  );
  const hinted = [
    { url: '', listedAt: 1, answer: answer('a/part-1.m4s', 200, 'moof', 150) },
    {
      url: '',
      listedAt: 1,
      answer: answer('a/part-2.m4s', 404, 'no part\n', 250, {
        'content-type': 'text/plain',
        'cache-control': 'no-store',
      }),
    },
  ];
  const evidence = { renditions: [{ observed: playlists }], hinted } as unknown as Evidence;
  const rule = allRules[0]!;
  const broken = { rule, outcome: 'fail' as const, complaints: ['/a/part-2.m4s: status 404'] };
  const text = exhibits(evidence, [broken, { rule, outcome: 'pass', complaints: [] }]);
  assert.match(
    text,
    /part-2\.m4s: 404, asked for at 150 ms, there at 155 ms\n.*cache-control: no-store\n\nno part/s,
  );
  assert.match(text, /# of 200/);
  assert.doesNotMatch(text, /# of [13]00|part-1/);
  assert.equal(exhibits(evidence, []), '');
});
