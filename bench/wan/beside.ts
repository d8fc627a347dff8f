/** Who is a bully: what one TCP connection keeps of a line when two transfers go beside it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Contender, Transfer } from './contender.ts';
import { addresses, type Line } from './emulator.ts';
import type { Ground } from './ground.ts';

const program = fileURLToPath(new URL('stream.ts', import.meta.url));
const port = 5000;
/** Ms that the connection has the line for itself, and then that the transfers have had to take their share. */
const alone = 5000;
const settling = 3000;

/**
 * Its share of the line's rate while two of `transfer` are under way, the same way as it goes: from when they have settled to when the
 * first of them ends. `transfer` undefined: while nothing is beside it.
 */
export function beside(ground: Ground, line: Line, transfer: Transfer | undefined): Contender {
  const name = transfer === undefined ? 'nothing beside it' : `two ${transfer.name}`;
  return {
    name,
    async run() {
      await using stream = await startStream(ground);
      await delay(alone);
      const [both, bothBegun] = twoOf(transfer?.run ?? idle);
      await Promise.race([bothBegun, Promise.all(both)]);
      await delay(settling);
      const [bytes, started] = [await stream.received(), performance.now()];
      await Promise.race(both);
      const seconds = (performance.now() - started) / 1000;
      if (seconds < 1)
        throw new Error('the transfers ended before they had settled: give them more (--size)');
      const rate = ((await stream.received()) - bytes) / seconds;
      await Promise.all(both);
      return { [name]: rate / (line.rate * 125_000) };
    },
  };
}

async function idle(begun: () => void): Promise<number> {
  begun();
  return delay(settling + alone, 0);
}

/** Two at once, and when the second one has begun. */
function twoOf(run: Transfer['run']): [Promise<number>[], Promise<unknown>] {
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return [begun.map(({ resolve }) => run(resolve)), Promise.all(begun.map(({ promise }) => promise))];
}

async function startStream(ground: Ground): Promise<AsyncDisposable & { received(): Promise<number> }> {
  const start = (side: 'near' | 'far', role: string) => {
    const [command, ...args] = ground.link.command(side, [
      ...[process.execPath, program, role, addresses.near, String(port)],
    ]);
    return spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  };
  const sender = start('near', 'send');
  await once(createInterface({ input: sender.stdout }), 'line');
  const receiver = start('far', 'receive');
  const lines = createInterface({ input: receiver.stdout });
  return {
    received: async () => {
      const answer = once(lines, 'line') as Promise<string[]>;
      receiver.stdin.write('\n');
      return Number((await answer)[0]);
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of [receiver, sender]) {
        const gone = once(child, 'exit');
        child.kill();
        await gone;
      }
    },
  };
}
