/**
 * One TCP connection that carries as much as it may, as two processes: `node stream.ts send HOST PORT` serves bytes to whoever
 * connects, `node stream.ts receive HOST PORT` says on each line of its standard input how many bytes have come so far.
 */
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [role, host = '127.0.0.1', port = '0'] = process.argv.slice(2);
if (role === 'send') {
  const bytes = Buffer.alloc(1 << 16);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const fill = (): void => {
      while (socket.writable && socket.write(bytes));
    };
    socket.on('drain', fill);
    fill();
  });
  server.listen(Number(port), host, () => console.log('listening'));
} else {
  let received = 0;
  const socket = connect(Number(port), host);
  socket.on('data', (bytes) => {
    received += bytes.length;
  });
  createInterface({ input: process.stdin }).on('line', () => console.log(received));
}
