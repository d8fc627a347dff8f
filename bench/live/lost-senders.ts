/**
 * What viewers see when a sender, or its line, is lost (Linux, root):
 *
 *     node bench/live/lost-senders.ts [--protocols rtmp,srt,whip] [--line none] [--faults cut-5,cut-20,killed,slow-10,first-killed,first-silent] [--runs 5] [--ingest "--video-codec copy"]
 *
 * Senders are at one side of an emulated line, all else at the other. The line is cut, or has 64 kb/s for 10 s; the sender is killed and comes back after a second; with
 * a stand-by, one of two is killed, or stopped, in turn. hls.js in Chromium and a reader of parts watch. By WHIP it is Chromium that sends. `--line none`: all on one host, for
 * those with a stand-by, which need no line.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addresses, linkUp } from '../wan/emulator.ts';
import type { FarOrder, Fault, LineWish } from './lost/far.ts';

const { values } = parseArgs({
  options: {
    protocols: { type: 'string', default: 'rtmp,srt,whip' },
    line: { type: 'string', default: 'emulated' },
    faults: { type: 'string', default: 'cut-5,cut-20,killed,slow-10,first-killed,first-silent' },
    runs: { type: 'string', default: '5' },
    ingest: { type: 'string', default: '' },
  },
});

const usual = { rtt: 20, rate: 20, loss: 0 };
const slow = { ...usual, rate: 0.064 };

const hasLine = values.line !== 'none';
const link = hasLine ? await linkUp(usual) : undefined;
try {
  const words = (text: string) => text.split(/[ ,]/).filter((word) => word !== '');
  const order: FarOrder = {
    near: link?.command('near', []) ?? [],
    host: hasLine ? addresses.far : '127.0.0.1',
    protocols: words(values.protocols) as FarOrder['protocols'],
    faults: words(values.faults) as Fault[],
    runs: Number(values.runs),
    ingest: ['--second', 'stand-by', ...words(values.ingest)],
  };
  const far = fileURLToPath(new URL('lost/far.ts', import.meta.url));
  const command = [process.execPath, far, JSON.stringify(order)];
  const [program = '', ...args] = link?.command('far', command) ?? command;
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', (wish: LineWish) => {
    if (link === undefined) throw new Error('there is no line to be cut: leave out --line none');
    if (wish === 'cut') link.cut();
    else if (wish === 'mend') link.mend();
    else link.set(wish === 'slow' ? slow : usual);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await link?.down();
}
