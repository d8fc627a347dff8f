/** A downloader that is killed with SIGKILL, again and again, while it receives one large file. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { differences, writeRandomFile } from '../support/files.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';
import { type CountedWay, withCountedWay } from './counted-way.ts';
import { type Ground, onGround } from './ground.ts';
import { type KilledRuns, type KillOptions, killOnTheWay } from './kill.ts';
import { bytesText, percentText, type Row, scaled } from './row.ts';

export interface DownloaderKilled {
  readonly runs: KilledRuns;
  /**
   * Bytes that came from the broker beyond those of a run without kills. Counted on the wire, between broker and
   * downloader, so that what a killed run had fetched ahead and never told of is counted too.
   */
  readonly fetchedAgain: number;
  /** Bytes on the wire of a run without kills: the file, Kafka's framing and answers, and batches that came cut off. */
  readonly usual: number;
  /** The same by the runs' own last progress events, which miss what came after them. */
  readonly toldAgain: number;
  readonly faults: string;
}

/** Puts a file of `size` bytes on a topic of its own, and fetches it with so many kills on the way. */
export async function killDownloader(
  { bootstrapServers, folder, say }: Ground,
  way: CountedWay,
  { size, kills, at }: Pick<KillOptions, 'size' | 'kills' | 'at'>,
): Promise<DownloaderKilled> {
  const topic = uniqueTopic('kill-downloader');
  const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
  await writeRandomFile(join(source, 'large.bin'), size);
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  const sent = await runSluice([
    ...['upload', '--from', source, '--name', 'whole', '--once', '--min-age', '0'],
    ...reach,
  ]);
  const counted = ['--topic', topic, '--bootstrap-servers', way.bootstrapServers];
  const argsFor = (to: string): string[] => ['download', '--to', to, '--once', ...counted];
  const usual = await countedBy(way, () => runSluice(argsFor(join(folder, 'usual'))));
  await rm(join(folder, 'usual'), { recursive: true, force: true });
  let runs: KilledRuns | undefined;
  const all = await countedBy(way, async () => {
    runs = await killOnTheWay({ args: argsFor(sink), size, kills, at, say });
  });
  if (runs === undefined) throw new Error('the downloader did not run');
  let faults = await differences(source, join(sink, 'whole'));
  if (sent.code !== 0) faults += `the uploader ended with ${sent.code}: ${sent.stderr}`;
  if (runs.code !== 0) faults += `the downloader's last run ended with ${runs.code}: ${runs.stderr}`;
  return { runs, fetchedAgain: all - usual, usual, toldAgain: runs.wireBytes - size, faults };
}

async function countedBy(way: CountedWay, work: () => Promise<unknown>): Promise<number> {
  const before = way.received();
  await work();
  return way.received() - before;
}

const kills = 5;
const mostAgain = 0.1;

export const killDownloaderRow: Row = {
  name: 'kill-downloader',
  claim: `the downloader killed with -9 ${kills} times while it receives a 2 GB file`,
  bar: 'verified; fetched again at most 10 %',
  async run({ scale, place, say }) {
    const size = scaled(2e9, scale, 400e6);
    const { runs, fetchedAgain, usual, toldAgain, faults } = await withCountedWay({}, (broker, wayTo) =>
      onGround({ place, say, broker }, (ground) =>
        killDownloader(ground, wayTo(ground.broker), { size, kills }),
      ),
    );
    const passed = faults === '' && fetchedAgain <= size * mostAgain;
    const points = runs.killedAt.map((bytes) => `${Math.round((100 * bytes) / size)}`).join(', ');
    const figures = `${faults === '' ? 'verified' : 'NOT verified'}; killed at ${points} %; on the wire ${bytesText(fetchedAgain)} = ${percentText(fetchedAgain / size)} more than the ${bytesText(usual)} without kills (${percentText(toldAgain / size)} by the runs' own count); ${Math.round(runs.seconds)} s`;
    return { passed, figures, faults };
  },
};
