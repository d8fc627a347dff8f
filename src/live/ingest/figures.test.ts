import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFigures } from '../../figures/server.ts';
import { Board } from './board.ts';
import { ingestFigures } from './figures.ts';

test('What comes in, for programs and for Prometheus', async (t) => {
  const board = new Board();
  const common = { stream: 'cam', protocol: 'rtmp', address: '192.0.2.7:1', message: '' } as const;
  board.push({ type: 'sender', state: 'admitted', ...common }, 7);
  board.push({ type: 'refused', why: 'denied', ...common }, 8);
  const told = { seconds: 1, epoch: 1, media: 0, bytes: 10, bitrate: 8, inFlight: 0 };
  board.push({ type: 'progress', stream: 'cam', parts: 3, spooled: 0, ...told }, 5000);
  board.push({ type: 'progress', stream: 'cam', parts: 3, spooled: 70, ...told }, 9000);
  let away: string | undefined;
  const server = await openFigures({
    watched: {
      figures: ingestFigures(board, () => away !== undefined, 100),
      unready: () => undefined,
      unwell: () => away,
    },
    host: '127.0.0.1',
    port: 0,
    pages: { '/api/ingest': () => ({ streams: board.streams, ...board.totals }) },
  });
  t.after(() => server.close());
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(server.url + path, init);
    return [response.status, await response.text()] as const;
  };
  const [, text] = await get('/api/ingest');
  const { streams, refused } = JSON.parse(text) as {
    streams: readonly { stream: string; since: number }[];
    refused: object;
  };
  assert.deepEqual(
    streams.map(({ stream, since }) => [stream, since]),
    [['cam', 7]],
  );
  assert.deepEqual(refused, { denied: 1 });
  const [, metrics] = await get('/metrics');
  assert.match(metrics, /^sluice_ingest_streams\{state="sending"\} 1$/m);
  assert.match(metrics, /^sluice_ingest_refused_total\{why="denied"\} 1$/m);
  assert.match(metrics, /^sluice_ingest_admitted_total 1$/m);
  assert.match(metrics, /^sluice_ingest_stand_bys 0$/m);
  assert.match(metrics, /^sluice_ingest_stream_last_success_timestamp_seconds\{stream="cam"\} 5$/m);
  assert.match(metrics, /^sluice_ingest_stream_spooled_bytes\{stream="cam"\} 70$/m);
  assert.match(metrics, /^sluice_ingest_spool_limit_bytes 100$/m);
  assert.match(metrics, /^sluice_ingest_waiting\{on="kafka"\} 0$/m);
  assert.match(metrics, /^sluice_ingest_take_overs_total 0$/m);
  assert.deepEqual(await get('/healthz'), [200, 'ok']);
  away = 'Kafka is away';
  assert.deepEqual(await get('/healthz'), [503, 'Kafka is away']);
  assert.deepEqual(await get('/readyz'), [200, 'ok'], 'its senders have no better one');
  assert.match((await get('/metrics'))[1], /^sluice_ingest_waiting\{on="kafka"\} 1$/m);
  assert.equal((await get('/'))[0], 404);
  assert.equal((await get('/metrics', { method: 'POST', body: 'x' }))[0], 405);
});
