/** `npm run test:caches`: nginx and Varnish, as Debian has them, with the configurations in `deploy`, before real servers. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startPublisher, startServer, untilLive } from '../browser/stage.ts';
import { exhibits } from '../conformance/exhibits.ts';
import { judgeAll, report } from '../conformance/verdict.ts';
import { watch } from '../conformance/watch.ts';
import { testBroker } from '../support/broker.ts';
import { get } from '../support/delivery.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { cacheCases, type StartCache } from './cases.ts';
import { type StartedNginx, startNginx } from './nginx.ts';
import { startVarnish } from './varnish.ts';

const nginx: StartCache = async (t, server) => (await startNginx(t, { servers: [server] })).url;

cacheCases('nginx', nginx);
cacheCases('Varnish', startVarnish);

/** A real stream, and two servers of it. */
async function realStream(t: TestContext) {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  startPublisher(t, stage, 'cam', ['--rendition', '320x180@200k', '--rendition', '160x90@100k']);
  const servers = await Promise.all([startServer(t, stage), startServer(t, stage)]);
  for (const { url } of servers) await untilLive(url, 'cam', 8);
  return servers;
}

async function expectRules(t: TestContext, cache: string, server: string): Promise<void> {
  const path = '/live/cam/index.m3u8';
  const evidence = await watch({ url: cache + path, also: server + path, seconds: 8 });
  const verdicts = judgeAll(evidence);
  t.diagnostic(report(verdicts));
  const broken = verdicts.filter(({ rule, outcome }) => outcome === 'fail' && !rule.timed);
  assert.deepEqual(
    broken.map(({ rule }) => rule.id),
    [],
    exhibits(evidence, broken),
  );
  assert.deepEqual(
    verdicts.filter(({ outcome }) => outcome === 'not seen').map(({ rule }) => rule.id),
    [],
  );
}

test('the rules of low-latency HLS hold through both, and a restart of nginx goes unseen', async (t) => {
  const servers = await realStream(t);
  const [one, other] = servers.map(({ url }) => url) as [string, string];
  const through = await startNginx(t, { servers: [new URL(one).host, new URL(other).host] });
  await expectRules(t, through.url, one);
  await expectRules(t, await startVarnish(t, new URL(other).host), one);
  await expectUnseen(through, () => through.reload());
  await expectUnseen(through, () => through.restart());
});

/** Follows a stream as a player does, which asks again where a connection was cut. */
async function expectUnseen(through: StartedNginx, change: () => unknown): Promise<void> {
  const [variant = ''] =
    (await get(`${through.url}/live/cam/index.m3u8`)).body.toString().match(/^[^#].*$/m) ?? [];
  const playlist = new URL(variant, `${through.url}/live/cam/index.m3u8`).href;
  const newest = (text: string): string => text.match(/part-\d+-\d+\.m4s/g)?.at(-2) ?? '';
  const ask = (url: string) =>
    waitFor(async () => {
      const got = await get(url).catch(() => undefined);
      return got?.status === 200 ? got : undefined;
    });
  let text = (await ask(playlist)).body.toString();
  const seen = new Set<string>();
  const next = async (): Promise<void> => {
    const media = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]) + (text.match(/#EXTINF/g)?.length ?? 0);
    const part = text.slice(text.lastIndexOf('#EXTINF')).match(/#EXT-X-PART:/g)?.length ?? 0;
    text = (await ask(`${playlist}?_HLS_msn=${media}&_HLS_part=${part}`)).body.toString();
    const part0 = newest(text);
    await ask(new URL(part0, playlist).href);
    seen.add(part0);
  };
  for (let count = 0; count < 5; count += 1) await next();
  const changed = change();
  for (let count = 0; count < 10; count += 1) await next();
  await changed;
  for (let count = 0; count < 5; count += 1) await next();
  assert.ok(seen.size > 15, `${seen.size} parts`);
}
