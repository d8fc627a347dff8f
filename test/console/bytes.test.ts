/** The console's server on a real cluster: a file is dropped, cut off, gone on with after a restart, and fetched in parts. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FileRow } from '../../src/console/contract.ts';
import { makeConsoleToken } from '../../src/console/http/access/tokens.ts';
import { openConsole } from '../../src/console/open.ts';
import type { ConsoleOptions } from '../../src/console/options.ts';
import { list } from '../../src/files/list.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { get } from '../support/delivery.ts';
import { temporaryFolder } from '../support/folder.ts';
import { MadeModel } from '../support/made-model.ts';
import { tusUpload } from '../support/tus.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

test('A dropped file is on the topic although the server was restarted, and comes back in any parts', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = { 'bootstrap.servers': bootstrapServers };
  const topic = uniqueTopic('console');
  const spoolFolder = join(await temporaryFolder(t), 'spool');
  const consoleKey = 'a key of thirty-two characters..';
  const token = makeConsoleToken(consoleKey, { role: 'administer', expires: Date.now() + 600_000 });
  const headers = { authorization: `Bearer ${token}` };
  const model = new MadeModel(topic);
  const open = async (more: Partial<ConsoleOptions>) => {
    const opened = await openConsole(
      { kafka, topic, liveTopic: `${topic}.live`, spoolFolder, consoleKey, ...more },
      model,
    );
    t.after(() => opened.close());
    return opened;
  };
  const first = await open({ port: 0 });
  const { url } = first;
  const bytes = noise(3_000_000);
  const options = {
    endpoint: `${url}uploads/`,
    headers,
    metadata: { filename: 'film ü.bin' },
    chunkSize: 500_000,
  };
  const begun = tusUpload(bytes, options, (taken, upload) => {
    if (taken === 1_000_000) void upload.abort();
  });
  begun.upload.start();
  await waitFor(async () => {
    if (begun.upload.url === null) return false;
    const { headers: said } = await get(begun.upload.url, { ...headers, 'tus-resumable': '1.0.0' }, 'HEAD');
    return said['upload-offset'] === '1000000';
  });
  await first.close();

  const figures = Promise.withResolvers<string>();
  await open({
    port: Number(new URL(url).port),
    metricsPort: 0,
    onEvent: (event) => event.type === 'figures' && figures.resolve(event.url),
  });
  const taken: number[] = [];
  const again = tusUpload(bytes, { ...options, uploadUrl: begun.upload.url! }, (size) => taken.push(size));
  again.upload.start();
  await again.done;
  assert.equal(taken[0], 1_500_000);

  const sent = await waitFor(async () => (await listed(kafka, topic))[0]);
  assert.deepEqual([sent.id, sent.size], ['console/film ü.bin', bytes.length]);
  model.rows = [sent];
  const place = `${url}files/console/film%20%C3%BC.bin`;
  const whole = await get(place, headers);
  assert.equal(whole.status, 200);
  assert.ok(whole.body.equals(bytes));
  for (const [range, from, to] of [
    ['bytes=0-9', 0, 10],
    ['bytes=1048570-1048585', 1_048_570, 1_048_586],
    ['bytes=2000000-', 2_000_000, 3_000_000],
    ['bytes=-5', 2_999_995, 3_000_000],
  ] as const) {
    const part = await get(place, { ...headers, range, 'if-range': String(whole.headers.etag) });
    assert.equal(part.status, 206, range);
    assert.ok(part.body.equals(bytes.subarray(from, to)), range);
  }
  assert.equal((await get(place, { ...headers, 'if-none-match': String(whole.headers.etag) })).status, 304);
  const text = await (await fetch(`${await figures.promise}/metrics`)).text();
  assert.match(text, /^sluice_console_dropped_total 1$/m);
  assert.match(text, /^sluice_console_fetched_total 5$/m);
  assert.equal((await fetch(`${await figures.promise}/readyz`)).status, 200);

  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, said: (await response.json()) as Record<string, unknown> };
  };
  const { said: made } = await ask('POST', 'api/keys', { stream: 'cam-*', name: 'north', expires: 60_000 });
  const { said: keys } = await ask('GET', 'api/keys');
  assert.deepEqual(
    (keys.keys as Record<string, unknown>[]).map(({ id, streams }) => [id, streams]),
    [[made.id, 'cam-*']],
  );
  assert.deepEqual((await ask('DELETE', `api/keys/${made.id}`)).said, { removed: 1 });
  assert.equal((await ask('POST', 'api/keys', { stream: 'a/b' })).status, 409);
  // Its uploader is this console, which runs.
  const running = await ask('POST', 'api/files/resend', { uploader: 'console', path: 'film ü.bin' });
  assert.equal(running.status, 409);
  assert.match(String(running.said.message), /stop it first/);
});

async function listed(kafka: ConsoleOptions['kafka'], topic: string): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  try {
    for await (const file of list({ kafka, topic })) {
      const { uploader, path, upload, size, digest, mtime, sentAt: at, state } = file;
      const id = `${uploader}/${path}`;
      if (state === 'complete')
        rows.push({ id, uploader, path, upload, size, digest, mtime, at, done: size, state: 'sent' });
    }
  } catch {
    // The topic is made by who sends.
  }
  return rows;
}
