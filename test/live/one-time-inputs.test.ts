/** Inputs that can be read only once, and publishers that are stopped before there is anything to read. */
import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { encoderSource } from '../../src/live/publish/source.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';

const kafka = { 'bootstrap.servers': '127.0.0.1:1' };

test('a named pipe is refused before a byte of it is gone, with what to do instead', async (t) => {
  const input = join(await temporaryFolder(t), 'pictures.fifo');
  assert.equal((await runCommand('mkfifo', [input])).code, 0);
  // Read and write: opening waits for nobody, and what was written stays there to be counted.
  const pipe = await open(input, 'r+');
  t.after(() => pipe.close());
  await pipe.write('0123456789');
  await assert.rejects(encoderSource({ kafka, stream: 'cam', input }), {
    name: 'ConfigurationError',
    message: /is a pipe, which can be read only once: .*--input - < .*pictures\.fifo/,
  });
  assert.equal((await pipe.read(Buffer.alloc(100), 0, 100)).bytesRead, 10);
});

test('who is stopped while a server keeps the look at its input waiting stops at once', async (t) => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  t.after(() => silent.close());
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  const stop = new AbortController();
  silent.once('connection', (socket) => {
    t.after(() => socket.destroy());
    stop.abort();
  });
  const input = `http://127.0.0.1:${address.port}/film.mp4`;
  const began = performance.now();
  await encoderSource({ kafka, stream: 'cam', input, signal: stop.signal });
  assert.ok(performance.now() - began < 10_000, 'it took as long as the look may take');
});
