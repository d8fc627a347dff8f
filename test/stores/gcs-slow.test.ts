/** A server of Google's kind that says nothing, or nothing more; and one that takes its time. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openGcsStore } from '../../src/stores/gcs/client.ts';
import { usualWaits } from '../../src/stores/gcs/http.ts';
import { readMedia } from '../../src/stores/gcs/media.ts';
import { GcsReader } from '../../src/stores/gcs/reader.ts';
import { isAway } from '../../src/stores/store-fault.ts';

const waits = { ...usualWaits, connect: 2000, answer: 300, silence: 300, sent: 300, work: 300 };

async function storeOf(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  given = waits,
) {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const place = { store: 'gcs', bucket: 'bucket', prefix: '', url: 'gs://bucket' } as const;
  const options = { endpoint: `http://127.0.0.1:${port}`, anonymous: true };
  const store = await openGcsStore(place, options, process.env, given);
  t.after(() => {
    store.close();
    server.closeAllConnections();
    server.close();
  });
  return store;
}

const media = { 'x-goog-generation': '7', 'content-length': '1000' };

test('A server that says nothing has failed after a while', async (t) => {
  const store = await storeOf(t, () => {});
  const put = { cannot: 'write', key: 'a', method: 'POST', path: '/x', body: [Buffer.alloc(9)] } as const;
  for (const ask of [() => new GcsReader(store).tryList(), () => store.json({ ...put, wait: 'sent' })])
    await assert.rejects(ask, (error) => isAway(error) && /timed out: no answer/.test(error.message));
});

test('An answer that does not go on has failed after a while, and its connection is not used again', async (t) => {
  let connections = 0;
  const store = await storeOf(t, (_, response) => {
    response.writeHead(200, media).write('some');
  });
  for (let times = 0; times < 2; times++) {
    const { answer } = await readMedia(store, 'a', undefined);
    answer.socket.once('close', () => connections++);
    await assert.rejects(Array.fromAsync(answer), (error) => isAway(store.meaning(error, 'read', 'a')));
  }
  assert.equal(connections, 2);
});

test('An answer that takes longer than that, and goes on, is read to its end', async (t) => {
  const store = await storeOf(t, async (_, response) => {
    response.writeHead(200, media);
    for (let sent = 0; sent < 1000; sent += 100) {
      await delay(60);
      response.write('x'.repeat(100));
    }
    response.end();
  });
  const { answer } = await readMedia(store, 'a', undefined);
  const bytes = Buffer.concat(await Array.fromAsync(answer));
  assert.equal(bytes.length, 1000);
});

test('A request that is given up ends at once', async (t) => {
  const store = await storeOf(t, () => {}, usualWaits);
  const stop = new AbortController();
  const range = new GcsReader(store).range('a', 0, 9, undefined, stop.signal);
  setImmediate(() => stop.abort());
  await assert.rejects(range, { name: 'AbortError' });
});
