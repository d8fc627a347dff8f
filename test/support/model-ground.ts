/** A model of the console over a cluster in memory, and what uploaders and runs write there. */
import type { TestContext } from 'node:test';
import type { ConsoleModel } from '../../src/console/contract.ts';
import { modelOf } from '../../src/console/model/model.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import type { MemoryCluster } from '../../src/kafka/memory.ts';
import { encodeReport, type Report } from '../../src/records/report-record.ts';
import {
  encodeFileState,
  encodeLease,
  type FileState,
  type Lease,
  statePartition,
} from '../../src/records/state-record.ts';
import { waitFor } from './wait.ts';

export const [topic, liveTopic, group] = ['files', 'live', 'sluice-office-0123456789abcdef'] as const;
/** Milliseconds: often. */
export const times = { offsets: 5, settings: 5, tell: 5, point: 20, absent: 5 };
const digest = `sha256:${'ab'.repeat(32)}`;

/** It looks often, and is closed at the end. */
export function openModel(t: TestContext, cluster: MemoryCluster): ConsoleModel {
  const model = modelOf(cluster.client(), { topic, liveTopic, times });
  t.after(() => model.close());
  return model;
}

export interface Ground {
  readonly kafka: Kafka;
  readonly id: string;
  write(uploader: string, path: string, state: Partial<FileState> | null): Promise<void>;
  lease(uploader: string, lease: Partial<Lease> | null): Promise<void>;
  report(kind: 'uploader' | 'downloader' | 'publisher' | 'server', report: Partial<Report>): Promise<void>;
}

/** With a topic of files and its state. */
export async function filesGround(cluster: MemoryCluster, of: string = topic): Promise<Ground> {
  const kafka = cluster.client();
  const { id } = await kafka.createTopic({ name: of, partitions: 2, replicationFactor: 1 });
  const compact = { 'cleanup.policy': 'compact' };
  await kafka.createTopic({ name: `${of}.state`, partitions: 8, replicationFactor: 1, config: compact });
  const producer = kafka.producer();
  let count = 0;
  const append = async (name: string, uploader: string, record: Parameters<typeof producer.append>[2]) => {
    await producer.append(name, statePartition(uploader, 8), record);
  };
  return {
    kafka,
    id,
    write(uploader, path, state) {
      const upload = `00000000000f${String(++count).padStart(4, '0')}${'0'.repeat(16)}`;
      const fingerprint = { size: 10, mtime: '5000000', ctime: '', inode: '' };
      const place = { partition: 0, first: count, last: count, acked: 10 };
      const whole = { topic: id, upload, state: 'sent', fingerprint, ...place, digest } as const;
      return append(
        `${of}.state`,
        uploader,
        encodeFileState(uploader, path, state && { ...whole, ...state }),
      );
    },
    lease(uploader, lease) {
      const whole = { topic: id, owner: 'me', host: 'shop', pid: 7, lasts: 60_000 };
      return append(`${of}.state`, uploader, encodeLease(uploader, lease && { ...whole, ...lease }));
    },
    async report(kind, report) {
      const whole = { name: 'till', state: 'running', lasts: 60_000, version: '9.9.9', ...report } as const;
      const name = kind === 'publisher' || kind === 'server' ? `${liveTopic}.reports` : `${topic}.reports`;
      const key = { kind, name: whole.name };
      await waitFor(async () => (await kafka.describeTopic(name)) !== undefined);
      await producer.append(name, 0, encodeReport(key, whole));
    },
  };
}
