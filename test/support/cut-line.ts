/** A line to a broker that can be cut: nobody answers, nobody refuses, and what stood on it is left behind when it is whole again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Owner } from './owner.ts';

export interface CutLine {
  readonly port: number;
  /** Where it leads; set it before the first connection. */
  target(port: number): void;
  /** From now on no connection is taken, and nothing passes on those that stand, then and later. */
  cut(): Promise<void>;
  /** Connections are taken again. */
  mend(): void;
}

/** More than the kernel keeps for a process that does not take them. */
const fillers = 6;

/** On a free port of 127.0.0.1, until its owner ends. */
export async function startCutLine(owner: Owner): Promise<CutLine> {
  const program = fileURLToPath(new URL('cut-line-child.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  owner.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const [port] = (await once(lines, 'line')) as [string];
  let filling: Socket[] = [];
  const empty = (): void => {
    for (const socket of filling.splice(0)) socket.destroy();
  };
  owner.after(empty);
  return {
    port: Number(port),
    target: (at) => child.stdin.write(`target ${at}\n`),
    async cut() {
      child.stdin.write('leave\n');
      await once(lines, 'line');
      child.kill('SIGSTOP');
      filling = Array.from({ length: fillers }, () =>
        connect(Number(port), '127.0.0.1').on('error', () => {}),
      );
      await once(filling[0]!, 'connect');
    },
    mend() {
      empty();
      child.kill('SIGCONT');
    },
  };
}
