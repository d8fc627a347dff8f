import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { examineWay } from './broker-way.ts';

/** A port that answers what is no longer than so many bytes, as behind a way on which larger packets are lost. */
async function port(t: TestContext, longest: number): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.on('data', (bytes) => {
      if (bytes.length <= longest) socket.write('answer');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const way = (port: number, isPlain = true) =>
  examineWay({ id: 1, host: '127.0.0.1', port, rack: undefined }, { isPlain, patience: 300 });

test('A broker that can be reached, one that says nothing, and one that packets of full size do not reach', async (t) => {
  assert.equal(await way(await port(t, 100_000)), undefined);
  const narrow = await port(t, 1300);
  const found = await way(narrow);
  assert.equal(found?.status, 'problem');
  assert.match(found.message, /answers small requests, and none of 4000 bytes/);
  assert.match(found.remedy ?? '', /MTU/);
  assert.match((await way(await port(t, 0)))?.message ?? '', /takes connections, and answers nothing/);
  // What TLS carries is not spoken here.
  assert.equal(await way(narrow, false), undefined);
  assert.match((await way(1))?.message ?? '', /cannot be reached from here: .*ECONNREFUSED/);
});
