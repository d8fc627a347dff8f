/** A line for datagrams that loses some of them, both ways, by a fixed seed. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Owner } from './owner.ts';
import { Random } from './random.ts';

export interface LossyLine {
  /** Where senders send to. */
  readonly port: number;
  /** Datagrams that did not come through. */
  readonly lost: () => number;
}

/** To a port of this machine. `share`: of 1, what is lost. */
export async function lossyLine(owner: Owner, target: number, share: number): Promise<LossyLine> {
  const random = new Random(1);
  const behind = new Map<number, Socket>();
  const front = createSocket('udp4');
  let lost = 0;
  const pass = (send: () => void): void => {
    if (random.chance(share)) lost += 1;
    else send();
  };
  front.on('message', (datagram, { port }) => {
    let socket = behind.get(port);
    if (socket === undefined) {
      socket = createSocket('udp4');
      socket.on('message', (answer) => pass(() => front.send(answer, port, '127.0.0.1')));
      behind.set(port, socket);
    }
    const own = socket;
    pass(() => own.send(datagram, target, '127.0.0.1'));
  });
  front.bind(0, '127.0.0.1');
  await once(front, 'listening');
  owner.after(() => {
    for (const socket of [front, ...behind.values()]) socket.close();
  });
  return { port: front.address().port, lost: () => lost };
}
