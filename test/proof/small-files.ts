/** Many small files: how few records they need. */
import { join } from 'node:path';
import { differences, writeRandomFile } from '../support/files.ts';
import { runSluice } from '../support/sluice.ts';
import { accountOf } from '../support/topic-account.ts';
import { uniqueTopic } from '../support/unique.ts';
import { type Ground, onGround } from './ground.ts';
import { percentText, type Row, scaled } from './row.ts';

export interface SmallFilesSent {
  /** Records on the files topic, counted by kcat. */
  readonly records: number;
  readonly uploadSeconds: number;
  readonly downloadSeconds: number;
  readonly faults: string;
}

/** Sends `count` files of `size` bytes and fetches them. */
export async function sendSmallFiles(
  { bootstrapServers, folder }: Ground,
  { count, size }: { count: number; size: number },
): Promise<SmallFilesSent> {
  const topic = uniqueTopic('small-files');
  const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
  for (let file = 0; file < count; file++) {
    await writeRandomFile(join(source, `till-${file % 20}`, `receipt-${file}.json`), size);
  }
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  const started = performance.now();
  const sent = await runSluice([
    ...['upload', '--from', source, '--name', 'shop', '--once', '--min-age', '0'],
    // On a busy machine the broker may seem far, and records are smaller over a long line.
    ...['--connections', '1'],
    ...reach,
  ]);
  const between = performance.now();
  const fetched = await runSluice(['download', '--to', sink, '--once', ...reach]);
  const ended = performance.now();
  let faults = await differences(source, join(sink, 'shop'));
  if (sent.code !== 0) faults += `the uploader ended with ${sent.code}: ${sent.stderr}`;
  if (fetched.code !== 0) faults += `the downloader ended with ${fetched.code}: ${fetched.stderr}`;
  const { records, closed } = await accountOf({ bootstrapServers, topic });
  if (closed.size !== count) faults += `${closed.size} of ${count} files are on the topic`;
  return {
    records,
    uploadSeconds: (between - started) / 1000,
    downloadSeconds: (ended - between) / 1000,
    faults,
  };
}

const mostRecords = 0.01;

export const smallFilesRow: Row = {
  name: 'small-files',
  claim: 'records used for 10,000 files of 4 kB',
  bar: 'at most 1 % of the number of files',
  async run({ scale, place, say }) {
    const count = scaled(10_000, scale, 500);
    const { records, uploadSeconds, downloadSeconds, faults } = await onGround({ place, say }, (ground) =>
      sendSmallFiles(ground, { count, size: 4000 }),
    );
    const share = records / count;
    const figures = `${records} records for ${count} files = ${percentText(share)}; sent in ${uploadSeconds.toFixed(1)} s, fetched in ${downloadSeconds.toFixed(1)} s, each with the start of Node`;
    return { passed: faults === '' && share <= mostRecords, figures, faults };
  },
};
