/** An uploader that is killed with SIGKILL, again and again, while it sends one large file. */
import { join } from 'node:path';
import { differences, writeRandomFile } from '../support/files.ts';
import { runSluice } from '../support/sluice.ts';
import { accountOf } from '../support/topic-account.ts';
import { uniqueTopic } from '../support/unique.ts';
import type { CountedWay } from './counted-way.ts';
import { type Ground, onGround } from './ground.ts';
import { type KilledRuns, type KillOptions, killOnTheWay } from './kill.ts';
import { bytesText, percentText, type Row, scaled } from './row.ts';

export interface UploaderKilled {
  readonly runs: KilledRuns;
  /** Chunk bytes on the topic beyond the file's own, counted by kcat. */
  readonly resent: number;
  /** Different upload ids on the topic: 1 when every run went on with the same upload. */
  readonly uploads: number;
  /** What `diff -r` says, and the downloader; empty when all is well. */
  readonly faults: string;
}

/** Sends a file of `size` bytes by `way` through a topic of its own, with so many kills on the way, and fetches it. */
export async function killUploader(
  { bootstrapServers, folder, say }: Ground,
  { size, kills, at }: Pick<KillOptions, 'size' | 'kills' | 'at'>,
  way: Pick<CountedWay, 'bootstrapServers'> = { bootstrapServers },
): Promise<UploaderKilled> {
  const topic = uniqueTopic('kill-uploader');
  const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  await writeRandomFile(join(source, 'large.bin'), size);
  const sending = ['--topic', topic, '--bootstrap-servers', way.bootstrapServers];
  const args = ['upload', '--from', source, '--name', 'killed', '--once', '--min-age', '0', ...sending];
  const runs = await killOnTheWay({ args, size, kills, at, say });
  const { chunkBytes, uploads } = await accountOf({ bootstrapServers, topic });
  const { code, stderr } = await runSluice(['download', '--to', sink, '--once', ...reach]);
  let faults = await differences(source, join(sink, 'killed'));
  if (runs.code !== 0) faults += `the uploader's last run ended with ${runs.code}: ${runs.stderr}`;
  if (code !== 0) faults += `the downloader ended with ${code}: ${stderr}`;
  return { runs, resent: chunkBytes - size, uploads: uploads.size, faults };
}

const kills = 5;
const mostResent = 0.1;

export const killUploaderRow: Row = {
  name: 'kill-uploader',
  claim: `the uploader killed with -9 ${kills} times while it sends a 2 GB file`,
  bar: 'verified; re-sent bytes at most 10 %',
  async run({ scale, place, say }) {
    const size = scaled(2e9, scale, 400e6);
    const { runs, resent, uploads, faults } = await onGround({ place, say }, (ground) =>
      killUploader(ground, { size, kills }),
    );
    const passed = faults === '' && uploads === 1 && resent <= size * mostResent;
    const points = runs.killedAt.map((bytes) => `${Math.round((100 * bytes) / size)}`).join(', ');
    const figures = `${faults === '' ? 'verified' : 'NOT verified'}; killed at ${points} %; re-sent ${bytesText(resent)} = ${percentText(resent / size)}; ${uploads} upload id; ${Math.round(runs.seconds)} s`;
    return { passed, figures, faults };
  },
};
