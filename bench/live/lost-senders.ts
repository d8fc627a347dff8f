/**
 * What viewers see when a sender, or its line, is lost (Linux, root):
 *
 *     node bench/live/lost-senders.ts [--protocols rtmp,srt] [--faults cut-5,cut-20,killed,slow-10,first-killed,first-silent] [--runs 5] [--ingest "--video-codec copy"]
 *
 * Senders are at one side of an emulated line, all else at the other. The line is cut, or has 64 kb/s for 10 s; the sender is killed and comes back after a second; with
 * a stand-by, one of two is killed, or stopped, in turn. hls.js in Chromium and a reader of parts watch.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { linkUp } from '../wan/emulator.ts';
import type { FarOrder, Fault, LineWish } from './lost/far.ts';

const { values } = parseArgs({
  options: {
    protocols: { type: 'string', default: 'rtmp,srt' },
    faults: { type: 'string', default: 'cut-5,cut-20,killed,slow-10,first-killed,first-silent' },
    runs: { type: 'string', default: '5' },
    ingest: { type: 'string', default: '' },
  },
});

const usual = { rtt: 20, rate: 20, loss: 0 };
const slow = { ...usual, rate: 0.064 };

const link = await linkUp(usual);
try {
  const words = (text: string) => text.split(/[ ,]/).filter((word) => word !== '');
  const order: FarOrder = {
    near: link.command('near', []),
    protocols: words(values.protocols) as ('rtmp' | 'srt')[],
    faults: words(values.faults) as Fault[],
    runs: Number(values.runs),
    ingest: ['--second', 'stand-by', ...words(values.ingest)],
  };
  const far = fileURLToPath(new URL('lost/far.ts', import.meta.url));
  const [program, ...args] = link.command('far', [process.execPath, far, JSON.stringify(order)]);
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', (wish: LineWish) => {
    if (wish === 'cut') link.cut();
    else if (wish === 'mend') link.mend();
    else link.set(wish === 'slow' ? slow : usual);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await link.down();
}
