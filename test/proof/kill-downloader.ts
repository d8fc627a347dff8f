/** A downloader that is killed with SIGKILL, again and again, while it receives one large file. */
import { join } from 'node:path';
import { differences, writeRandomFile } from '../support/files.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';
import type { Ground } from './ground.ts';
import { type KilledRuns, killAtRandomPoints } from './kill.ts';

/** A way to the broker that counts what it carries. */
export interface CountedWay {
  readonly bootstrapServers: string;
  /** Bytes that the broker has sent to its clients on this way. */
  readonly received: () => number;
}

export interface DownloaderKilled {
  readonly runs: KilledRuns;
  /**
   * Bytes that came from the broker beyond the file's own. Counted on the wire, between broker and downloader, so that
   * what a killed run had fetched ahead and never told of is counted too, and Kafka's own framing and answers with it.
   */
  readonly fetchedAgain: number;
  /** The same by the runs' own last progress events, which miss what came after them. */
  readonly toldAgain: number;
  readonly faults: string;
}

/** Puts a file of `size` bytes on a topic of its own, and fetches it with so many kills on the way. */
export async function killDownloader(
  { bootstrapServers, folder, say }: Ground,
  way: CountedWay,
  { size, kills }: { size: number; kills: number },
): Promise<DownloaderKilled> {
  const topic = uniqueTopic('kill-downloader');
  const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
  await writeRandomFile(join(source, 'large.bin'), size);
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  const sent = await runSluice([
    ...['upload', '--from', source, '--name', 'whole', '--once', '--min-age', '0'],
    ...reach,
  ]);
  const before = way.received();
  const counted = ['--topic', topic, '--bootstrap-servers', way.bootstrapServers];
  const args = ['download', '--to', sink, '--name', 'killed', '--once', ...counted];
  const runs = await killAtRandomPoints({ args, size, kills, say });
  const fetchedAgain = way.received() - before - size;
  let faults = await differences(source, join(sink, 'whole'));
  if (sent.code !== 0) faults += `the uploader ended with ${sent.code}: ${sent.stderr}`;
  if (runs.code !== 0) faults += `the downloader's last run ended with ${runs.code}: ${runs.stderr}`;
  return { runs, fetchedAgain, toldAgain: runs.wireBytes - size, faults };
}
