/** What a row of the proof stands on: a folder and a real Kafka of its own, gone when the row ends. */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrokerOptions, type RunningBroker, startBroker } from '../../src/broker/broker.ts';

export interface Ground {
  readonly bootstrapServers: string;
  /** An empty folder on a real disk. */
  readonly folder: string;
  /** One line for whoever watches. */
  say(text: string): void;
}

/** Folders of grounds that stand; a proof that is cut short takes them with it. */
const standing = new Set<string>();
process.on('exit', () => {
  for (const root of standing) rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs `work` on a ground of its own. What it made is removed afterwards, also when it failed. */
export async function onGround<T>(
  { place = tmpdir(), say, broker = {} }: GroundOptions,
  work: (ground: Ground & { readonly broker: RunningBroker }) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(await realpath(place), 'sluice-proof-'));
  standing.add(root);
  try {
    const folder = join(root, 'files');
    await mkdir(folder);
    const running = await startBroker({ ...broker, dataDir: join(root, 'kafka') });
    try {
      return await work({ bootstrapServers: running.bootstrapServers, folder, say, broker: running });
    } finally {
      await running.stop();
    }
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
    standing.delete(root);
  }
}

export interface GroundOptions {
  /** The folder below which it stands; default: the system's own for temporary files. */
  readonly place?: string;
  readonly say: (text: string) => void;
  readonly broker?: BrokerOptions;
}
