import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { ConfigurationError } from '../errors.ts';
import { expectFree, freePort } from './ports.ts';

/** Of no machine (RFC 5737). */
const elsewhere = '203.0.113.9';

test('A port that is taken is told as such, and an address that is none of this machine as that', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await assert.rejects(expectFree(port, '127.0.0.1'), {
    name: 'ConfigurationError',
    message: new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken by another program`),
  });
  await assert.rejects(expectFree(port, elsewhere), {
    name: 'ConfigurationError',
    message: `${elsewhere} is no address of this machine: choose another --host`,
  });
  server.close();
  await once(server, 'close');
  await expectFree(port, '127.0.0.1');
});

test('Where no port can be had, none is looked for without end', async () => {
  await assert.rejects(freePort(elsewhere, new Set()), ConfigurationError);
});
