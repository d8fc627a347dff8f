import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { ConfigurationError } from '../../../errors.ts';
import { silentLogger } from '../../../log.ts';
import { loadPeers } from './datachannel.ts';

test('a library that is not installed is named, with the command that installs it', async () => {
  await assert.rejects(loadPeers('node-datachannel-that-is-not-there'), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(
      error.message,
      /--whip-port needs a package that is not installed: npm install node-datachannel /,
    );
    return true;
  });
});

test('a port of UDP that somebody has is told before any sender comes', async (t) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  t.after(() => socket.close());
  await once(socket, 'listening');
  const { port } = socket.address();
  const openPeers = await loadPeers();
  await assert.rejects(
    openPeers({ host: '127.0.0.1', port, logger: silentLogger }),
    new RegExp(`\\(UDP\\): 127.0.0.1:${port} is in use`),
  );
});
