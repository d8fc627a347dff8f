import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { listener } from '../../../test/support/listener.ts';
import { Connection } from './connection.ts';
import { Prober } from './prober.ts';
import { StatusReporter } from './status.ts';

const answer = Buffer.alloc(2000, 'answer');
const prefix = Buffer.from([0, 0, 0x07, 0xd4, 0, 0, 0, 1]);

test('A broker that stopped in the middle of an answer hears that the line is back, and one that has not begun does not', async (t) => {
  const requests = new Map<Socket, number>();
  const { port } = await listener(t, (socket) => {
    socket.on('data', (bytes: Buffer) => {
      const count = (requests.get(socket) ?? 0) + 1;
      requests.set(socket, count);
      const isToBegin = bytes.includes('begin');
      if (isToBegin) socket.write(Buffer.concat([prefix, answer.subarray(0, 1000)]));
      else if (count > 1) socket.write(answer.subarray(1000));
    });
  });
  const ending = new AbortController();
  t.after(() => ending.abort());
  const options = {
    address: { host: '127.0.0.1', port },
    tls: undefined,
    clientId: 'test',
    connectTimeout: 60_000,
    requestTimeout: 20_000,
    signal: ending.signal,
  };
  const cutOff: boolean[] = [];
  const prober = new Prober({
    open: async (onTaken) => {
      cutOff.push(prober.isCutOff);
      const connection = await Connection.open(options);
      onTaken();
      cutOff.push(prober.isCutOff);
      return { connection, versions: new Map() };
    },
    received: () => 0,
    reporter: new StatusReporter(() => {}),
    signal: ending.signal,
  });
  const open = () => Connection.open({ ...options, onQuiet: (quiet) => prober.add(quiet) });
  const [begun, silent] = [await open(), await open()];
  const ask = (connection: Connection, body: string) =>
    connection.exchange({ apiKey: 1, apiVersion: 1, pieces: [Buffer.from(body)], hasTags: true });
  ask(silent, 'say nothing').catch(() => {});
  const { bytes } = await ask(begun, 'begin');
  assert.deepEqual(bytes, answer);
  assert.deepEqual(cutOff.slice(0, 2), [true, false], 'cut off is who is taken by nobody');
  assert.deepEqual([...requests.values()].toSorted(), [1, 2]);
});
