/** Viewers by WebSocket in one process, started by `live.ts`: each takes what it is sent. */
import { WebSocket } from 'ws';
import { streamName } from '../live/stage.ts';
import type { ViewersOrder, ViewersReport } from '../live/viewers.ts';

let [requests, bytes] = [0, 0];
let failures: string[] = [];

process.on('message', ({ host, port, viewers }: ViewersOrder) => {
  for (let index = 0; index < viewers; index += 1) {
    setTimeout(() => open(`ws://${host}:${port}/live/${streamName}/ws`), (index / viewers) * 1000);
  }
  setInterval(() => {
    const report: ViewersReport = { requests, bytes, failures, parts: [] };
    process.send?.(report, () => {});
    [requests, bytes, failures] = [0, 0, []];
  }, 1000);
});
process.on('disconnect', () => process.exit());

function open(url: string): void {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', (data: Buffer) => {
    requests += 1;
    bytes += data.length;
  });
  socket.on('error', (error) => failures.push(error.message));
  socket.on('close', () => failures.push('closed'));
}
