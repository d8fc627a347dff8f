import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listener } from '../../../test/support/listener.ts';
import { Connection } from './connection.ts';
import { Standing } from './standing.ts';

async function standing(t: TestContext): Promise<{ connection: Connection; place: string }> {
  const { port } = await listener(t, (socket) => socket.once('data', () => socket.write(Buffer.alloc(3))));
  const connection = await Connection.open({
    address: { host: '127.0.0.1', port },
    tls: undefined,
    clientId: 'test',
    connectTimeout: 60_000,
    requestTimeout: 60_000,
  });
  t.after(() => connection.close());
  return { connection, place: `127.0.0.1:${port}` };
}

test('Whether others are well is told by those that are at an answer, and by no others', async (t) => {
  const all = new Standing();
  const [one, other] = [await standing(t), await standing(t)];
  all.add(one.connection);
  all.add(other.connection);
  assert.equal(all.areOthersWell(one.place), false, 'nobody is asked for anything');
  const request = { apiKey: 1, apiVersion: 1, pieces: [Buffer.from('question')], hasTags: true };
  other.connection.exchange(request).catch(() => {});
  while (other.connection.received === 0) await delay(5);
  assert.equal(all.areOthersWell(one.place), true);
  assert.equal(all.areOthersWell(other.place), false, 'there is no other');
  assert.deepEqual([all.received(one.place), all.received(other.place)], [0, 3]);
  other.connection.close();
  await other.connection.closed;
  assert.deepEqual([all.areOthersWell(one.place), all.received(other.place)], [false, 0]);
});
