/** Our own server keeps every rule, with a real publisher and Kafka behind it; and a second one answers the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPublisher, startServer, untilLive } from '../browser/stage.ts';
import { testBroker } from '../support/broker.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { exhibits } from './exhibits.ts';
import { judgeAll } from './verdict.ts';
import { watch } from './watch.ts';

test('Two servers of one stream keep every rule of low-latency HLS', async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const renditions = ['--rendition', '320x180@200k', '--rendition', '160x90@100k'];
  startPublisher(t, stage, 'cam', renditions);
  const [one, other] = await Promise.all([startServer(t, stage), startServer(t, stage)]);
  const url = (server: { readonly url: string }) => `${server.url}/live/cam/index.m3u8`;
  await Promise.all([untilLive(one.url, 'cam'), untilLive(other.url, 'cam')]);
  // So many that there is something to skip.
  await waitFor(
    async () => {
      const [variant = ''] = (await (await fetch(url(one))).text()).match(/^[^#].*$/m) ?? [];
      const text = await (await fetch(new URL(variant, url(one)))).text();
      return (text.match(/#EXTINF/g)?.length ?? 0) >= 8;
    },
    { what: 'eight segments' },
  );
  const evidence = await watch({ url: url(one), also: url(other), seconds: 5 });
  const verdicts = judgeAll(evidence);
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
});
