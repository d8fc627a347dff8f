/** Peak memory of both ends, for a small file and for a large one. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { differences, writeRandomFile } from '../support/files.ts';
import { uniqueTopic } from '../support/unique.ts';
import { type Ground, onGround } from './ground.ts';
import { bytesText, type Row, scaled } from './row.ts';
import { transfer, transferFaults } from './transfer.ts';

export interface Peaks {
  readonly upload: number;
  readonly download: number;
  readonly faults: string;
}

/** Sends one file of `size` bytes while a downloader follows, and says how much memory each of them took at its peak. */
export async function peaksOf({ bootstrapServers, folder }: Ground, size: number): Promise<Peaks> {
  const topic = uniqueTopic('memory');
  const [source, sink] = [join(folder, `source-${size}`), join(folder, `sink-${size}`)];
  await writeRandomFile(join(source, 'file.bin'), size);
  const transferred = await transfer({ bootstrapServers, topic, source, sink, uploader: 'one', files: 1 });
  const faults = transferFaults(transferred) + (await differences(source, join(sink, 'one')));
  for (const path of [source, sink]) await rm(path, { recursive: true });
  return { upload: transferred.upload.peakMemory, download: transferred.download.peakMemory, faults };
}

const mostBytes = 250e6;
const mostGrowth = 1.2;

export const memoryRow: Row = {
  name: 'memory',
  claim: 'peak resident memory of uploader and of downloader, 4 GB file against 100 MB file',
  bar: 'at most 250 MB, and at most 1.2 times',
  async run({ scale, place, say }) {
    const [small, large] = await onGround({ place, say }, async (ground) => [
      await peaksOf(ground, 100e6),
      await peaksOf(ground, scaled(4e9, scale)),
    ]);
    if (small === undefined || large === undefined) throw new Error('two sizes were to be measured');
    const growth = { upload: large.upload / small.upload, download: large.download / small.download };
    const faults = small.faults + large.faults;
    const isWithin = (end: 'upload' | 'download'): boolean =>
      large[end] > 0 && Math.max(small[end], large[end]) <= mostBytes && growth[end] <= mostGrowth;
    const text = (end: 'upload' | 'download'): string =>
      `${end}er ${bytesText(small[end])} -> ${bytesText(large[end])} (${growth[end].toFixed(2)} times)`;
    const passed = faults === '' && isWithin('upload') && isWithin('download');
    return { passed, figures: `${text('upload')}, ${text('download')}`, faults };
  },
};
