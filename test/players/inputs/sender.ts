/** A sender of MPEG-TS by TCP, as live as a camera: whoever connects gets what is sent from then on. */
import { open } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import type { Owner } from '../../support/owner.ts';
import { seeded } from '../picture/picture.ts';

export const packetLength = 188;
/** Milliseconds from one write to the next. */
const interval = 20;

/** Begins with the first who connects, at this pace in bytes a second. Resolves with its address. */
export async function startSender(owner: Owner, path: string, pace: number): Promise<string> {
  const file = await open(path);
  const bytes = await file.readFile();
  await file.close();
  let began: number | undefined;
  const position = (): number => {
    const packets = ((performance.now() - (began ?? performance.now())) / 1000) * (pace / packetLength);
    return Math.min(Math.floor(packets) * packetLength, bytes.length);
  };
  const server = createServer((socket) => {
    began ??= performance.now();
    let sent = position();
    const timer = setInterval(() => {
      const until = position();
      if (until > sent) socket.write(bytes.subarray(sent, until));
      sent = until;
      if (until === bytes.length) socket.end();
    }, interval);
    socket.on('error', () => {}).on('close', () => clearInterval(timer));
    owner.after(() => socket.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  owner.after(() => server.close());
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The packets that a bad network lets through: one in `every` is lost, and with it up to two more. */
export function lossy(bytes: Buffer, every: number, seed: number): Buffer {
  const random = seeded(seed);
  const kept: Buffer[] = [];
  let lost = 0;
  for (let at = 0; at < bytes.length; at += packetLength) {
    if (lost === 0 && random() < 1 / every) lost = 1 + Math.floor(random() * 3);
    if (lost > 0) lost--;
    else kept.push(bytes.subarray(at, at + packetLength));
  }
  return Buffer.concat(kept);
}
