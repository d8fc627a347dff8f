/** The rows of a made-up cluster. */
import type {
  DownloaderRow,
  FileRow,
  Sections,
  StreamRow,
  TopicRow,
  UploaderRow,
} from '../../src/console/contract.ts';
import type { Random } from '../support/random.ts';

interface Made {
  readonly uploaders: number;
  readonly files: number;
  readonly isFine: boolean;
  readonly random: Random;
  readonly now: number;
}

const two = (number: number) => String(number).padStart(2, '0');
const hour = 3_600_000;

export function made(wish: Made): { readonly sections: Sections; readonly files: FileRow[] } {
  const uploaders = Array.from({ length: wish.uploaders }, (_, index) => uploader(index, wish));
  const names = uploaders.map(({ id }) => id);
  const files = Array.from({ length: wish.files }, (_, index) => file(index, names, wish));
  return {
    sections: { uploaders, downloaders: downloaders(wish), streams: streams(wish), topics: topics(wish) },
    files,
  };
}

function uploader(index: number, { random, now, isFine }: Made): UploaderRow {
  const id = index % 5 === 0 ? `drone-${two(index / 5 + 1)}` : `till-${two(index)}`;
  const seen = now - random.below(9000);
  const common = {
    id,
    version: '0.9.0',
    host: `${id}.shop.example`,
    pid: 400 + index,
    started: now - 40 * hour,
  };
  const sent = { sentFiles: 1200 + random.below(90_000), sentBytes: random.below(90_000_000_000) };
  if (index === 7 && !isFine)
    return {
      ...common,
      ...sent,
      state: 'silent',
      seen: now - 47 * 60_000,
      sendingFiles: 1,
      backlogFiles: 212,
      backlogBytes: 1_930_000_000,
    };
  if (index === 31) return { ...common, ...sent, state: 'ended', seen: now - 5 * hour, sendingFiles: 0 };
  const isBusy = random.chance(0.5);
  return {
    ...common,
    ...sent,
    state: 'running',
    seen,
    sendingFiles: isBusy ? random.between(1, 4) : 0,
    failedFiles: index === 12 && !isFine ? 3 : 0,
    backlogFiles: isBusy ? random.below(80) : 0,
    backlogBytes: isBusy ? random.below(900_000_000) : 0,
    rate: isBusy ? random.between(80_000, 9_000_000) : 0,
    ...(index === 3 && !isFine ? { waiting: 'Kafka does not answer: kafka-2:9092 cannot be reached' } : {}),
  };
}

function downloaders({ now, isFine }: Made): readonly DownloaderRow[] {
  const running = {
    state: 'running',
    version: '0.9.0',
    started: now - 90 * hour,
    seen: now - 2000,
    failedFiles: 0,
    parkedFiles: 0,
  } as const;
  const rows: readonly DownloaderRow[] = [
    {
      ...running,
      id: 'sluice-office',
      name: 'office',
      host: 'nas.office.example',
      lagRecords: 12,
      lagBytes: 9_400_000,
      lagSeconds: 1,
      receivedFiles: 812_344,
      rate: 12_400_000,
    },
    {
      ...running,
      id: 'sluice-archive',
      name: 'archive',
      host: 'archive.example',
      lagRecords: 0,
      lagBytes: 0,
      lagSeconds: 0,
      receivedFiles: 90_211,
      rate: 0,
    },
  ];
  if (isFine) return rows;
  return [
    ...rows,
    {
      ...running,
      id: 'sluice-lab',
      name: 'lab',
      host: 'lab.example',
      lagRecords: 91_204,
      lagBytes: 84_000_000_000,
      lagSeconds: 5.6 * 86_400,
      overtakenIn: 7300,
      receivedFiles: 4411,
      rate: 600_000,
      parkedFiles: 4,
      failedFiles: 2,
    },
    {
      ...running,
      id: 'sluice-branch',
      name: 'branch',
      host: 'branch.example',
      state: 'silent',
      seen: now - 3.2 * hour,
      lagRecords: 40_116,
      lagBytes: 21_000_000_000,
      lagSeconds: 11_500,
      overtakenIn: 3.9 * 86_400,
    },
    {
      ...running,
      id: 'sluice-old',
      name: 'old-mirror',
      state: 'ended',
      seen: now - 30 * hour,
      lagRecords: 18_003,
      lagBytes: 4_000_000_000,
      lagSeconds: 108_000,
      lostRecords: 311,
    },
  ];
}

function streams({ now, isFine }: Made): readonly StreamRow[] {
  const publisher = {
    version: '0.9.0',
    host: 'studio.example',
    pid: 811,
    started: now - 3 * hour,
    seen: now - 1000,
  };
  const live = { state: 'live', restarts: 0, discontinuities: 0, faults: [], publisher } as const;
  return [
    {
      ...live,
      id: 'studio',
      began: now - 3 * hour,
      latency: 0.41,
      bitRate: 640_000,
      viewers: 214,
      renditions: ['1080p', '720p', '360p'],
      watch: '/?stream=studio',
    },
    {
      ...live,
      id: 'gate-camera',
      began: now - 30 * hour,
      latency: 1.84,
      bitRate: 310_000,
      viewers: 9,
      restarts: 2,
      discontinuities: 5,
      renditions: ['720p'],
      faults: isFine ? [] : ['keyframes come every 10 s: have the encoder make one every 2 s'],
      watch: '/?stream=gate-camera',
    },
    {
      ...live,
      id: 'town-hall',
      state: 'ended',
      began: now - 26 * hour,
      restarts: 1,
      renditions: ['1080p', '480p'],
      watch: '/?stream=town-hall',
    },
  ];
}

function topics({ isFine }: Made): readonly TopicRow[] {
  const common = { partitions: 12, replicas: 3 };
  return [
    {
      ...common,
      id: 'files',
      bytes: 412_000_000_000,
      records: 3_912_044,
      retention: 7 * 86_400,
      maxMessageBytes: 1_048_588,
      findings: isFine
        ? [{ level: 'fine', what: 'All settings are as they should be.' }]
        : [
            {
              level: 'warning',
              what: 'retention.bytes lets 40 GB stand in a partition, which is less than a day at this rate',
              advice: 'Set it to -1, and have retention.ms decide.',
            },
            {
              level: 'note',
              what: 'segment.bytes is 1 GB: what is over goes late',
              advice: 'With 256 MB it goes sooner.',
            },
          ],
    },
    {
      ...common,
      id: 'files.state',
      partitions: 4,
      bytes: 91_000_000,
      records: 412_009,
      maxMessageBytes: 1_048_588,
      findings: [{ level: 'fine', what: 'It is compacted, as it has to be.' }],
    },
    {
      ...common,
      id: 'live',
      partitions: 6,
      bytes: 61_000_000_000,
      records: 8_100_233,
      retention: 86_400,
      maxMessageBytes: 8_388_608,
      findings: [],
    },
  ];
}

const kinds = ['jpg', 'tif', 'pdf', 'tar.zst', 'mp4', 'csv'];

function file(index: number, uploaders: readonly string[], { random, now, isFine }: Made): FileRow {
  const name = uploaders[index % uploaders.length] ?? 'till-01';
  const strange = index === 5 && !isFine;
  const path = strange
    ? 'from-strangers/annex\u202egpj.exe'
    : `flight-${1 + (index % 37)}/${String(index).padStart(5, '0')}.${kinds[index % kinds.length]}`;
  const size = Math.floor(1000 * 10 ** (random.next() * 6));
  const at = now - index * 2400;
  const common = {
    id: `${name}/${path}`,
    uploader: name,
    path,
    size,
    mtime: at - 60_000,
    at,
    upload: `u${index}`,
  };
  const digest = `sha-256:${index.toString(16).padStart(64, 'c0ffee')}`;
  if (index < 14) return { ...common, state: 'sending', done: Math.floor(size * random.next()) };
  if (!isFine && index % 1666 === 20)
    return {
      ...common,
      digest,
      done: size,
      state: 'failed',
      reason: 'digest-mismatch: what arrived is not what was sent',
    };
  if (!isFine && index % 2500 === 30)
    return {
      ...common,
      digest,
      done: size,
      state: 'parked',
      reason: 'the sink does not take its name: it is too long',
    };
  if (index < 60) return { ...common, digest, done: size, state: 'sent' };
  if (index % 211 === 0) return { ...common, digest, done: size, state: 'removed' };
  if (index % 499 === 0)
    return { ...common, done: 0, state: 'aborted', reason: 'it changed while it was read' };
  if (index % 97 === 0) return { ...common, digest, done: size, state: 'arrived', isLocked: true };
  return { ...common, digest, done: size, state: 'arrived' };
}
