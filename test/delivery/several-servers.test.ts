/** What a server does that is a moment behind another one of its topic, whose playlists a viewer has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, metric, startStream } from '../support/delivery.ts';
import { waitFor } from '../support/wait.ts';

test('What another server that has read a little more hints is waited for, and what is far ahead is not known', async (t) => {
  const { url, server, next } = await startStream(t, { partTarget: 400 });
  // Of three seconds of parts the last, and one more.
  const ahead = [23, 29].map((ordinal) => get(`${url}/main/part-1-${ordinal}.m4s`));
  assert.equal((await get(`${url}/main/part-1-30.m4s`)).status, 404);
  await waitFor(async () => (await metric(server, 'sluice_requests_total{kind="part"}')) === 3);
  next(12);
  for (const { status } of await Promise.all(ahead)) assert.equal(status, 200);
});

test('An encoder that began anew is waited for by who has read of it at another server', async (t) => {
  const { url, server, streams, publisher } = await startStream(t, { partTarget: 400 });
  const waiting = ['init-2.mp4', 'part-2-0.m4s', 'part-2-1.m4s'].map((path) => get(`${url}/main/${path}`));
  for (const path of ['init-3.mp4', 'part-3-0.m4s', 'part-2-8.m4s']) {
    assert.equal((await get(`${url}/main/${path}`)).status, 404, path);
  }
  await waitFor(async () => (await metric(server, 'sluice_requests_total{kind="part"}')) === 4);
  publisher.made.length = 0;
  streams.play(publisher.restart().parts(2));
  const bodies = (await Promise.all(waiting)).map(({ status, body }) => `${status} ${body}`);
  assert.match(bodies[0] ?? '', /^200 init main 2/);
  assert.match(bodies[1] ?? '', /^200 part main 2\.\d+\.0\.0/);
  assert.match(bodies[2] ?? '', /^200 part main 2\.\d+\.1\.0/);
});
