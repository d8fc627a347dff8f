/** What a running transfer says, for people. Pure. */
import { printable } from '../../printable.ts';
import * as quantity from '../../quantities.ts';
import type { RunStatus } from './run-status.ts';

/** `now`: milliseconds since 1970. Times are shown by this machine's clock. */
export function statusLines(status: RunStatus, now: number): string[] {
  const { verb, pid, name, topic, place, group, partitions = [], running, nextRun } = status;
  const [from, to] = verb === 'upload' ? [place, topic] : [topic, place];
  const way = from === undefined ? '' : `  ${name}  ${from} -> ${to}`;
  const age = quantity.duration((now - status.since) / 1000);
  const lines = [`${verb}${way}  (process ${pid}, for ${age})`];
  if (running || status.filesDone > 0) lines.push(`  ${progressLine(status)}`);
  if (group !== undefined)
    lines.push(
      `  group      ${group}, reads ${partitions.length === 0 ? 'nothing now' : `partitions ${partitions.join(', ')}`}`,
    );
  for (const { path, size, done } of status.inFlight)
    lines.push(`  in flight  ${path}  ${quantity.bytes(done)} of ${quantity.bytes(size)}`);
  for (const { message } of status.waiting) lines.push(`  waiting    ${message}`);
  for (const { path, reason } of status.parked) lines.push(`  parked     ${path}: ${reason}`);
  if (nextRun !== undefined && !running) {
    const at = new Date(nextRun).toLocaleString('sv-SE');
    lines.push(`  next run   ${at}, in ${quantity.duration(Math.max(0, nextRun - now) / 1000)}`);
  }
  return lines.map(printable);
}

function progressLine(status: RunStatus): string {
  const { filesDone, bytesDone, filesOpen, bytesTotal, filesFailed, rate, bandwidth } = status;
  const words = [`${quantity.files(filesDone)}, ${quantity.bytes(bytesDone)} done`];
  if (filesOpen > 0)
    words.push(`${quantity.files(filesOpen)}, ${quantity.bytes(bytesTotal - bytesDone)} left`);
  if (filesFailed > 0) words.push(`${quantity.number(filesFailed)} failed`);
  if (rate > 0) words.push(quantity.rate(rate));
  if (bandwidth !== undefined) words.push(`limit ${quantity.rate(bandwidth)}`);
  return words.join('; ');
}
