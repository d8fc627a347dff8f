/** The matrix in small: two players by one input, through a real publisher, Kafka and server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChromium } from '../browser/browser.ts';
import { startServer } from '../browser/stage.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { uniqueTopic } from '../support/unique.ts';
import { files } from './inputs/files.ts';
import { type Played, playInput } from './matrix.ts';
import { pages } from './pages/pages.ts';
import { programs } from './programs/programs.ts';

test('hls.js and FFmpeg play fields as pictures', async (t) => {
  const stage = { ...(await testBroker()), topic: uniqueTopic('live') };
  const server = await startServer(t, stage);
  const chromium = await startChromium();
  t.after(() => chromium.close());
  const input = files.find(({ name }) => name === 'interlaced');
  assert.ok(input);
  const players = [...pages, ...programs].filter(({ name }) => ['hls.js', 'ffmpeg'].includes(name));
  const played: Played[] = [];
  const early = { ...input, segments: 1, options: ['--segment-target', '1s'] };
  await playInput(early, {
    ...stage,
    server: server.url,
    folder: await temporaryFolder(t),
    players,
    browser: () => Promise.resolve(chromium),
    seconds: 4,
    filmSeconds: 30,
    atOnce: 2,
    say: (text) => t.diagnostic(text),
    onPlayed: (one) => played.push(one),
  });
  assert.deepEqual(
    played.map(({ player, faults }) => [player, faults]),
    [
      ['hls.js', []],
      ['ffmpeg', []],
    ],
  );
});
