/** An uploader that is killed with SIGKILL, again and again, while it sends one large file. */
import { join } from 'node:path';
import { differences, writeRandomFile } from '../support/files.ts';
import { runSluice } from '../support/sluice.ts';
import { accountOf } from '../support/topic-account.ts';
import { uniqueTopic } from '../support/unique.ts';
import type { Ground } from './ground.ts';
import { type KilledRuns, killAtRandomPoints } from './kill.ts';

export interface UploaderKilled {
  readonly runs: KilledRuns;
  /** Chunk bytes on the topic beyond the file's own, counted by kcat. */
  readonly resent: number;
  /** Different upload ids on the topic: 1 when every run went on with the same upload. */
  readonly uploads: number;
  /** What `diff -r` says, and the downloader; empty when all is well. */
  readonly faults: string;
}

/** Sends a file of `size` bytes through a topic of its own, with so many kills on the way, and fetches it. */
export async function killUploader(
  { bootstrapServers, folder, say }: Ground,
  { size, kills }: { size: number; kills: number },
): Promise<UploaderKilled> {
  const topic = uniqueTopic('kill-uploader');
  const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  await writeRandomFile(join(source, 'large.bin'), size);
  const args = ['upload', '--from', source, '--name', 'killed', '--once', '--min-age', '0', ...reach];
  const runs = await killAtRandomPoints({ args, size, kills, say });
  const { chunkBytes, uploads } = await accountOf({ bootstrapServers, topic });
  const { code, stderr } = await runSluice(['download', '--to', sink, '--once', ...reach]);
  let faults = await differences(source, join(sink, 'killed'));
  if (runs.code !== 0) faults += `the uploader's last run ended with ${runs.code}: ${runs.stderr}`;
  if (code !== 0) faults += `the downloader ended with ${code}: ${stderr}`;
  return { runs, resent: chunkBytes - size, uploads: uploads.size, faults };
}
