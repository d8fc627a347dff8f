/** One crowd, in a process of its own: `node strangers.ts KIND PORT COUNT SEED [AT-ONCE]`. Prints its account as JSON. */
import { setPriority } from 'node:os';
import { Random } from '../support/random.ts';
import { crowd } from './crowd.ts';
import { datagrams } from './datagrams.ts';
import type { Port } from './probes.ts';

// Those that they come to are not to wait for the processor.
setPriority(10);
const [kind = '', port, count, seed, atOnce = '200'] = process.argv.slice(2);
const common = { port: Number(port), count: Number(count), random: new Random(Number(seed)) };
const account =
  kind === 'srt' || kind === 'whip-udp'
    ? await datagrams({ ...common, kind: kind === 'srt' ? 'srt' : 'whip', atOnce: 10, pause: 10 })
    : await crowd({
        ...common,
        kind: kind as Port,
        atOnce: Number(atOnce),
        slowAtOnce: 300,
        patience: 3000,
        pause: 500,
        longest: 60_000,
      });
console.log(JSON.stringify(account));
