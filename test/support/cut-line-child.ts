/**
 * A proxy in a process of its own, so that it can be stopped: then the kernel has room for two connections more, and drops what asks for
 * another, as a line does that is cut. Prints its port; takes `target PORT` and `leave`: nothing passes any more on what stands.
 */
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const pairs = new Set<readonly [Socket, Socket]>();
/** Said by a line of its own, which may come later than the first connection. */
const target = Promise.withResolvers<number>();

const server = createServer(async (client) => {
  client.on('error', () => {});
  const broker = connect(await target.promise, '127.0.0.1');
  const pair = [client, broker] as const;
  pairs.add(pair);
  const end = (): void => {
    for (const socket of pair) socket.destroy();
    pairs.delete(pair);
  };
  for (const [from, to] of [pair, [broker, client] as const]) {
    from.setNoDelay(true).on('error', end).on('close', end);
    from.on('data', (bytes) => to.write(bytes));
  }
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(address.port);
});

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.startsWith('target ')) target.resolve(Number(line.slice('target '.length)));
  if (line !== 'leave') return;
  for (const pair of pairs) for (const socket of pair) socket.removeAllListeners('data').pause();
  console.log('left');
});
