import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import { test } from 'node:test';
import { counter, gauge } from './figure.ts';
import { openFigures } from './server.ts';

test('Figures are shown as they are now, and what nobody knows is not', async (t) => {
  let [known, unready]: [number | undefined, string | undefined] = [undefined, 'Kafka is away'];
  const late = Promise.withResolvers<number>();
  const figures = [
    gauge('a_bytes', 'Of a', () => known),
    gauge('b', 'Of b', () => [[{ on: 'kafka' }, 1]], ['on']),
    counter('c_total', 'Of c', () => Promise.resolve(7)),
    gauge('b_info', 'Of b', () => undefined, ['name', 'topic']),
    counter('b_total', 'Of b', () => Promise.reject(new Error('no')), ['on']),
    gauge('c_ratio', 'Of d', () => 0 / 0),
    gauge('d', 'Of d', () => Promise.reject(new Error('no'))),
    gauge('e', 'Of e', () => late.promise),
  ];
  const watched = { figures, unready: () => unready };
  const server = await openFigures({ watched, host: '127.0.0.1', port: 0 });
  t.after(() => server.close());
  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return [response.status, await response.text()] as const;
  };
  const samples = async () =>
    (await get('/metrics'))[1].split('\n').filter((line) => /^(?:[a-e]|[ac]_\w+)(?:\{| )/.test(line));
  assert.deepEqual(await samples(), ['b{on="kafka"} 1', 'c_total 7']);
  known = 5;
  late.resolve(3);
  assert.deepEqual(await samples(), ['a_bytes 5', 'b{on="kafka"} 1', 'c_total 7', 'e 3']);
  known = undefined;
  assert.deepEqual(await samples(), ['b{on="kafka"} 1', 'c_total 7', 'e 3']);
  assert.match((await get('/metrics'))[1], /^# HELP a_bytes Of a\n# TYPE a_bytes gauge$/m);
  assert.deepEqual(await get('/livez'), [200, 'ok']);
  assert.deepEqual(await get('/readyz'), [503, 'Kafka is away']);
  unready = undefined;
  assert.deepEqual(await get('/readyz'), [200, 'ok']);
  assert.deepEqual(await get('/healthz'), [200, 'ok']);
  unready = 'it has not begun yet';
  assert.deepEqual(await get('/healthz'), [503, 'it has not begun yet']);
  unready = undefined;
  assert.deepEqual(await get('/'), [404, 'there are /metrics, /livez, /readyz, /healthz']);
});

test('Whoever is watched is asked as what it is, an object with state of its own', async (t) => {
  class Stateful {
    readonly figures = [];
    readonly #away = 'Kafka is away';
    unready(): string | undefined {
      return this.#away;
    }
  }
  class Serving extends Stateful {
    readonly #spool = 'the spool is full';
    override unready(): undefined {}
    unwell(): string {
      return this.#spool;
    }
  }
  const both = { '/readyz': [503, 'Kafka is away'], '/healthz': [503, 'Kafka is away'] } as const;
  const own = { '/readyz': [200, 'ok'], '/healthz': [503, 'the spool is full'] } as const;
  for (const [watched, answers] of [
    [new Stateful(), both],
    [new Serving(), own],
  ] as const) {
    const server = await openFigures({ watched, host: '127.0.0.1', port: 0 });
    t.after(() => server.close());
    for (const [path, answer] of Object.entries(answers)) {
      const response = await fetch(server.url + path);
      assert.deepEqual([response.status, await response.text()], answer, path);
    }
  }
});

test('Connections that cannot be taken end nothing', async (t) => {
  const servers: Server[] = [];
  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    servers.push((message as { server: Server }).server);
  });
  const opened = await openFigures({
    watched: { figures: [], unready: () => undefined },
    host: '127.0.0.1',
    port: 0,
  });
  t.after(() => opened.close());
  assert.equal(servers.length, 1);
  for (const count of [1, 2, 3]) servers[0]?.emit('error', new Error(`accept ${count}`));
});
