import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { waitFor } from '../../../test/support/wait.ts';
import { refuseUpgrade } from './websocket.ts';

const upgrade = [
  'GET /live/cam/socket HTTP/1.1',
  'Host: x',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

test('who is refused a WebSocket hears why, and leaves nothing however it goes', async (t) => {
  const open = new Set<Socket>();
  const server = createServer();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    refuseUpgrade(socket, 404, 'Not Found', 'there is no WebSocket at this path');
  });
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const goings: readonly [string, (client: Socket) => void][] = [
    ['by saying so', (client) => client.end()],
    ['by a reset', (client) => client.resetAndDestroy()],
    ['not at all', () => {}],
  ];
  for (const [how, go] of goings) {
    const client = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    t.after(() => client.destroy());
    client.on('error', () => {});
    client.write(upgrade);
    const [answer] = (await once(client, 'data')) as [Buffer];
    assert.match(String(answer), /^HTTP\/1\.1 404 Not Found\r\n.*\r\n\r\nthere is no WebSocket/s, how);
    // As one that takes itself for connected.
    client.write(Buffer.alloc(200, 1));
    go(client);
    await waitFor(() => open.size === 0, { what: `the end of one that goes ${how}`, timeout: 5000 });
  }
});
