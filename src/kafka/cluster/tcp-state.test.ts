import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { findTcpState, readTcpStates } from './tcp-state.ts';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (local: string, remote: string, rest: string) =>
  `   7: ${local} ${remote} ${rest}     0        0 4237121 1 0 20 4 30 10 -1\n`;

test('What the kernel says of one connection is found by its ports', () => {
  const table =
    head +
    line('0100007F:2384', '00000000:0000', '0A 00000000:00000000 00:00000000 00000000') +
    line('0100630A:C35C', '0200630A:2384', '01 000A4F10:00000000 01:000004B2 00000007') +
    line('0100630A:C35D', '0200630A:2384', '01 00000000:00000010 02:000004B2 00000000');
  assert.deepEqual(findTcpState(table, { local: 0xc35c, remote: 9092 }), {
    unacknowledged: 0xa4f10,
    retransmits: 7,
    retransmitIn: 12_020,
  });
  assert.deepEqual(findTcpState(table, { local: 0xc35d, remote: 9092 }), {
    unacknowledged: 0,
    retransmits: 0,
    retransmitIn: undefined,
  });
  assert.equal(findTcpState(table, { local: 1, remote: 9092 }), undefined);
});

test('Of two connections with the same ports, and of what makes no sense, nothing is said', () => {
  const one = line('0100630A:C35C', '0200630A:2384', '01 000A4F10:00000000 01:000004B2 00000007');
  assert.equal(findTcpState(head + one + one, { local: 0xc35c, remote: 9092 }), undefined);
  for (const text of ['', head, `${head}:::\n`, head + line('A:C35C', 'B:2384', '01 zz:00 01:00 xx')])
    assert.equal(findTcpState(text, { local: 0xc35c, remote: 9092 }), undefined);
});

test('Finding a few connections among those of thousands of viewers takes next to no time', () => {
  const rest = '01 00000000:00000000 00:00000000 00000000';
  const port = (index: number): string => (2000 + index).toString(16).toUpperCase().padStart(4, '0');
  const lines = Array.from({ length: 20_000 }, (_, index) =>
    line(`0100007F:${port(index)}`, '0100007F:2384', rest),
  );
  const table = head + lines.join('');
  const before = process.cpuUsage();
  for (let index = 0; index < 33; index += 1)
    assert.ok(findTcpState(table, { local: 2000 + index * 600, remote: 9092 }));
  const { user } = process.cpuUsage(before);
  assert.ok(user < 300_000, `${user} µs`);
});

test('A connection of ours is found where the system tells', async (t) => {
  const server = createServer((socket) => socket.pause()).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const remote = (server.address() as AddressInfo).port;
  const socket = connect(remote, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  const states = await readTcpStates();
  assert.equal(states !== undefined, process.platform === 'linux');
  if (states === undefined) return;
  assert.deepEqual(states({ local: socket.localPort!, remote }), {
    unacknowledged: 0,
    retransmits: 0,
    retransmitIn: undefined,
  });
});
