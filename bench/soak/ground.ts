/** What a soak stands on: one real broker that is restarted now and then, folders, and the four programs. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { Watched } from './watched.ts';

export const topic = 'soak';
export const mediaTopic = 'soak-live';
export const stream = 'soak';
export const uploader = 'soak';

export interface Ground {
  readonly broker: RunningBroker;
  readonly source: string;
  readonly sink: string;
  /** Of the delivery server, e.g. `http://127.0.0.1:18123`. */
  readonly origin: string;
  readonly programs: readonly Watched[];
  /** Temporary files that the downloader has now. */
  temporaryFiles(): Promise<number>;
  /** Stops the programs in good order, the publisher first; resolves with their exit codes by name. */
  stopPrograms(): Promise<ReadonlyMap<string, number | null>>;
}

/** The broker forgets within minutes, so that what goes by its retention is at rest soon. */
const properties = {
  'log.retention.check.interval.ms': '20000',
  'log.roll.ms': '60000',
  'log.segment.delete.delay.ms': '5000',
  'offsets.topic.segment.bytes': '1048576',
};
const retention = '4m';

/** Starts all of it; what was started before a failure is stopped. */
export async function standOn(stack: AsyncDisposableStack, longRunning: boolean): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-soak-'));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
  await mkdir(source);
  const broker = await startBroker({ dataDir: join(folder, 'broker'), properties, longRunning });
  stack.defer(() => broker.stop());
  const port = await freePort();
  const to = ['--bootstrap-servers', broker.bootstrapServers, '--log-level', 'warn'];
  const picture = ['--size', '320x180', '--bitrate', '300k', '--rate', '15', '--preset', 'ultrafast'];
  const programs = [
    new Watched('uploader', [
      ...['upload', '--from', source, '--topic', topic, '--name', uploader, '--min-age', '200ms'],
      ...['--retention', retention, ...to],
    ]),
    new Watched('downloader', ['download', '--to', sink, '--topic', topic, '--name', 'soak', ...to]),
    new Watched('publisher', [
      ...['live', 'publish', '--stream', stream, '--topic', mediaTopic, '--input', 'test'],
      ...['--retention', retention, ...picture, ...to],
    ]),
    new Watched('server', ['serve', '--topic', mediaTopic, '--port', String(port), '--rewind', '2m', ...to]),
  ];
  stack.defer(async () => void (await Promise.all(programs.map((program) => program.stop()))));
  return {
    broker,
    source,
    sink: join(sink, uploader),
    origin: `http://127.0.0.1:${port}`,
    programs,
    async temporaryFiles() {
      const names = await readdir(join(sink, '.sluice', 'parts')).catch(() => []);
      return names.length;
    },
    async stopPrograms() {
      const codes = new Map<string, number | null>();
      const order = ['publisher', 'uploader', 'downloader', 'server'];
      for (const program of programs.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name)))
        codes.set(program.name, await program.stop());
      return codes;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
