/** Faults of files, on the cluster that goes on. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { NewRecord } from '../../../src/kafka/contract.ts';
import { craftedClose, craftedUpload } from '../../support/crafted.ts';
import type { Owner } from '../../support/owner.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { waitFor } from '../../support/wait.ts';
import type { Fault } from './fault.ts';
import { fileOf, type Ground } from './ground.ts';

/** Writes files for ever, until it is stopped. */
function writer(owner: Owner, folder: string, bytes: number, every: number) {
  const stop = new AbortController();
  owner.after(() => stop.abort());
  const run = async (): Promise<void> => {
    for (let count = 0; !stop.signal.aborted; count += 1) {
      await fileOf(folder, `file-${String(count).padStart(6, '0')}`, bytes);
      await delay(every, undefined, { signal: stop.signal }).catch(() => {});
    }
  };
  return { begin: () => void run(), stop: () => stop.abort() };
}

const upload = (servers: string, topic: string, name: string, from: string) => [
  ...['upload', '--bootstrap-servers', servers, '--topic', topic],
  ...['--name', name, '--from', from, '--min-age', '0'],
];
const download = (servers: string, topic: string, name: string, to: string) => [
  ...['download', '--bootstrap-servers', servers, '--topic', topic],
  ...['--name', name, '--to', to],
];

export async function killedUploader(_owner: Owner, ground: Ground): Promise<Fault> {
  const from = await ground.folder('away');
  const process = await ground.start('away', upload(ground.broker.bootstrapServers, 'away', 'away', from));
  return {
    what: 'an uploader is killed; it is started again',
    alerts: [['SluiceAway', { instance: 'away' }]],
    make: () => process.kill(),
    mend: async () => process.again(),
  };
}

export async function growingBacklog(owner: Owner, ground: Ground): Promise<Fault> {
  const from = await ground.folder('paced');
  const args = upload(ground.broker.bootstrapServers, 'paced', 'paced', from);
  const process = await ground.start('paced', [...args, '--bandwidth', '10k']);
  const files = writer(owner, from, 60_000, 1000);
  return {
    what: '60 kB of files a second, of which --bandwidth lets 10 go; the limit is taken away',
    alerts: [['SluiceBacklogGrowing', { instance: 'paced' }]],
    async make() {
      files.begin();
    },
    async mend() {
      files.stop();
      await process.kill('SIGTERM');
      process.again(args);
    },
  };
}

/** A downloader that has all there is, is stopped, and comes back slow. */
export async function overtaken(owner: Owner, ground: Ground): Promise<Fault> {
  const { kafka, broker } = ground;
  const config = { 'retention.ms': '150000', 'segment.ms': '5000' };
  await kafka.createTopic({ name: 'old', partitions: 1, replicationFactor: 1, config });
  const [from, to] = [await ground.folder('old-from'), await ground.folder('old-to')];
  await ground.start('old-sender', upload(broker.bootstrapServers, 'old', 'old', from));
  const args = download(broker.bootstrapServers, 'old', 'old', to);
  const process = await ground.start('late', args);
  const files = writer(owner, from, 60_000, 1000);
  return {
    what: 'a downloader gets 1 kB a second of 60 that come, and retention.ms is near; the limit is taken away',
    alerts: [['SluiceRetentionOvertakes', { instance: 'late' }]],
    async make() {
      await process.kill('SIGTERM');
      files.begin();
      process.again([...args, '--bandwidth', '1k']);
    },
    async mend() {
      files.stop();
      await process.kill('SIGTERM');
      process.again();
    },
  };
}

export async function shrinkingHeadroom(owner: Owner, ground: Ground): Promise<Fault> {
  const { kafka, broker } = ground;
  const config = { 'retention.bytes': '16000000', 'segment.bytes': '1048576' };
  await kafka.createTopic({ name: 'narrow', partitions: 1, replicationFactor: 1, config });
  const [from, to] = [await ground.folder('narrow-from'), await ground.folder('narrow-to')];
  await ground.start('narrow-sender', upload(broker.bootstrapServers, 'narrow', 'narrow', from));
  const args = download(broker.bootstrapServers, 'narrow', 'narrow', to);
  const process = await ground.start('narrow', args);
  const files = writer(owner, from, 100_000, 300);
  files.begin();
  return {
    what: 'a downloader gets 1 kB a second of 300 that come, and retention.bytes is near; the limit is taken away',
    alerts: [['SluiceHeadroomShrinks', { instance: 'narrow' }]],
    async make() {
      const isFull = async () => ((await kafka.offsets('narrow', 'earliest')).get(0) ?? 0) > 0;
      await waitFor(isFull, { timeout: 240_000, interval: 500, what: 'a topic that is full' });
      await process.kill('SIGTERM');
      process.again([...args, '--bandwidth', '1k']);
    },
    async mend() {
      await process.kill('SIGTERM');
      process.again();
    },
  };
}

/** A downloader of crafted records. */
async function receiver(ground: Ground, topic: string, more: (to: string) => readonly string[] = () => []) {
  const { kafka, broker } = ground;
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1, config: {} });
  const to = await ground.folder(`${topic}-to`);
  await ground.start(topic, [...download(broker.bootstrapServers, topic, topic, to), ...more(to)]);
  return async (records: readonly NewRecord[]) => {
    const producer = kafka.producer();
    for (const record of records) await producer.append(topic, 0, record);
    await producer.close();
  };
}

export async function refusedName(_owner: Owner, ground: Ground): Promise<Fault> {
  const send = await receiver(ground, 'refused', (to) => ['--backup-dir', join(to, 'shop', 'kept')]);
  return {
    what: 'a file has a name that is refused; time passes',
    alerts: [['SluiceFilesFailed', { instance: 'refused' }]],
    make: () => send(craftedUpload({ path: 'kept/a', bytes: Buffer.from('a') })),
    mend: async () => {},
  };
}

export async function wrongDigest(_owner: Owner, ground: Ground): Promise<Fault> {
  const send = await receiver(ground, 'damaged');
  const [good, bad] = ['good', 'evil'].map((text) => ({ path: 'a', bytes: Buffer.from(text) }));
  return {
    what: 'the bytes of a file are not those of its digest; time passes',
    alerts: [['SluiceDigestMismatch', { instance: 'damaged' }]],
    make: () => send([...craftedUpload(bad!).slice(0, 1), craftedClose(good!)]),
    mend: async () => {},
  };
}

export async function fullSink(t: Owner, ground: Ground): Promise<Fault> {
  const disk = await smallDisk(t, 64);
  if (disk === undefined)
    throw new Error('the test of a full sink mounts a small disk: run it as root, on Linux');
  const to = join(disk.folder, 'in');
  await mkdir(to);
  const { kafka, broker } = ground;
  // A downloader that waits for its topic has no figures of its sink.
  await kafka.createTopic({ name: 'full', partitions: 1, replicationFactor: 1, config: {} });
  await ground.start('full', download(broker.bootstrapServers, 'full', 'full', to));
  return {
    what: 'the disk of a sink is filled by somebody; it is emptied',
    alerts: [['SluiceSinkFullSoon', { instance: 'full' }]],
    make: () => fileOf(disk.folder, 'filler', 60 << 20),
    mend: () => rm(join(disk.folder, 'filler')),
  };
}
