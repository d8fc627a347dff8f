/** A token before the path, as caches want it: docs/adr/0282-a-cache-joins-those-who-wait.md. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import { get, startStream } from '../support/delivery.ts';

const watchKey = 'a key that nobody knows';
const token = (stream: string, milliseconds = 3_600_000) =>
  makeToken(watchKey, stream, Date.now() + milliseconds);
const kept = (header: string | undefined) => Number(/max-age=(\d+)/.exec(header ?? '')?.[1]);

test('a token before the path allows what it allows behind the question mark, and no text depends on it', async (t) => {
  const { server } = await startStream(t, {}, { watchKey });
  const texts = new Set<string>();
  for (const who of [token('cam'), token('*')]) {
    const below = `${server.url}/t/${who}/live/cam`;
    const playlist = await get(`${below}/main/live.m3u8`);
    assert.equal(playlist.status, 200);
    texts.add(playlist.body.toString());
    const media = new URL('part-1-20.m4s', `${below}/main/live.m3u8`).href;
    assert.equal((await get(media)).status, 200);
    assert.equal((await get(`${below}/index.m3u8`)).status, 200);
  }
  assert.equal(texts.size, 1);
  const wrong = [
    '/live/cam/main/live.m3u8',
    `/t/${token('other')}/live/cam/main/live.m3u8`,
    '/t/x/live/cam/main/live.m3u8',
  ];
  for (const path of wrong) {
    const { status, headers } = await get(server.url + path);
    assert.deepEqual([status, headers['cache-control']], [403, 'no-store'], path);
  }
  // The one before the path counts.
  const both = `${server.url}/t/x/live/cam/main/live.m3u8?token=${token('cam')}`;
  assert.equal((await get(both)).status, 403);
  for (const path of [
    '/t/',
    '/t/x',
    '/t//live/cam/index.m3u8',
    `/t/x/t/${token('cam')}/live/cam/index.m3u8`,
  ]) {
    assert.equal((await get(server.url + path)).status, 404, path);
  }
});

test('a proxy is told whether a token allows a stream, and for how long that may be believed', async (t) => {
  const { server } = await startStream(t, {}, { watchKey });
  const ask = (who: string, stream = 'cam') => get(`${server.url}/t/${who}/live/${stream}/permit`);
  const allowed = await ask(token('cam'));
  assert.deepEqual([allowed.status, kept(allowed.headers['cache-control'])], [200, 30]);
  const brief = await ask(token('cam', 5000));
  assert.ok(kept(brief.headers['cache-control']) <= 5, brief.headers['cache-control']);
  const refused = await ask(token('other'));
  assert.deepEqual([refused.status, kept(refused.headers['cache-control'])], [403, 30]);
  // Of a stream that is not there too: who may watch it, may wait for it.
  assert.equal((await ask(token('*'), 'absent')).status, 200);
});

test('where everybody may watch, everybody is allowed, and a token before the path has no meaning', async (t) => {
  const { server } = await startStream(t);
  assert.equal((await get(`${server.url}/live/cam/permit`)).status, 200);
  assert.equal((await get(`${server.url}/t/anything/live/cam/main/live.m3u8`)).status, 200);
});

test('what caches are told: which stream it is, what may be a moment old, and what is not there for a moment', async (t) => {
  const { server, url } = await startStream(t, { partTarget: 800 });
  for (const path of [
    'main/live.m3u8',
    'main/part-1-20.m4s',
    'main/init-1.mp4',
    'index.m3u8',
    'manifest.mpd',
  ]) {
    assert.equal((await get(`${url}/${path}`)).headers['surrogate-key'], 'sluice/cam', path);
  }
  const cache = async (path: string) => (await get(path)).headers['cache-control'];
  assert.equal(await cache(`${url}/main/live.m3u8`), 'public, max-age=2, stale-while-revalidate=2');
  assert.equal(await cache(`${url}/index.m3u8`), 'public, max-age=1, stale-while-revalidate=1');
  assert.equal(await cache(`${url}/main/live.m3u8?_HLS_msn=4&_HLS_part=0`), 'public, max-age=24');
  assert.equal(await cache(`${server.url}/live/absent/index.m3u8`), 'public, max-age=1');
  // What may come at any moment must not be missing for those who ask in time.
  assert.equal(await cache(`${url}/main/part-1-99.m4s`), 'no-store');
  assert.equal(await cache(`${url}/main/live.m3u8?_HLS_msn=99`), 'no-store');
});
