/** Watches what comes of senders on their topic: holes, gaps, new programmes, and how late parts come. */
import { createKafka } from '../../src/kafka/client.ts';
import { decodeLiveRecord } from '../../src/records/live-record.ts';
import type { Owner } from '../support/owner.ts';

export interface StreamAccount {
  readonly parts: number;
  /** Given up by the publisher. */
  readonly gaps: number;
  /** Records that are missing between two. */
  readonly holes: number;
  /** Places at which the time of a part is not where the one before it has ended. */
  readonly breaks: number;
  readonly epochs: number;
  /** Milliseconds between two parts that came: of all since it was asked last. */
  readonly waits: readonly number[];
}

interface Watched {
  parts: number;
  gaps: number;
  holes: number;
  breaks: number;
  readonly epochs: Set<number>;
  sequence: number | undefined;
  end: number | undefined;
  cameAt: number | undefined;
  waits: number[];
}

export class PartsWatch {
  readonly #streams = new Map<string, Watched>();
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;

  private constructor(reading: (signal: AbortSignal, onRecord: (record: Read) => void) => Promise<void>) {
    this.#reading = reading(this.#stop.signal, (record) => this.#take(record));
  }

  /** From now on. */
  static async start(owner: Owner, bootstrapServers: string, topic: string): Promise<PartsWatch> {
    const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
    const from = await kafka.offsets(topic, 'latest');
    const watch = new PartsWatch(async (signal, onRecord) => {
      for await (const batch of kafka.consumer({ topic, from, signal })) {
        for (const record of batch.records) {
          const decoded = decodeLiveRecord(record);
          if (decoded !== undefined) onRecord(decoded);
        }
        batch.release();
      }
    });
    owner.after(async () => {
      watch.#stop.abort();
      await watch.#reading.catch(() => {});
      await kafka.close();
    });
    return watch;
  }

  /** What was seen of a stream; waits begin anew. */
  take(stream: string): StreamAccount {
    const {
      parts = 0,
      gaps = 0,
      holes = 0,
      breaks = 0,
      epochs,
      waits = [],
    } = this.#streams.get(stream) ?? {};
    const watched = this.#streams.get(stream);
    if (watched !== undefined) watched.waits = [];
    return { parts, gaps, holes, breaks, epochs: epochs?.size ?? 0, waits };
  }

  #take(record: Read): void {
    const known = this.#streams.get(record.stream);
    const fresh = { parts: 0, gaps: 0, holes: 0, breaks: 0, epochs: new Set<number>(), waits: [] };
    const watched: Watched = known ?? { ...fresh, sequence: undefined, end: undefined, cameAt: undefined };
    this.#streams.set(record.stream, watched);
    const isNew = !watched.epochs.has(record.epoch);
    watched.epochs.add(record.epoch);
    if (!isNew && watched.sequence !== undefined && record.sequence !== watched.sequence + 1)
      watched.holes += 1;
    watched.sequence = record.sequence;
    if (record.kind === 'gap') watched.gaps += 1;
    if (record.kind !== 'part') return;
    watched.parts += 1;
    const now = performance.now();
    if (watched.cameAt !== undefined) watched.waits.push(now - watched.cameAt);
    watched.cameAt = now;
    if (!isNew && watched.end !== undefined && record.time !== watched.end) watched.breaks += 1;
    watched.end = record.time + record.duration;
  }
}

type Read = NonNullable<ReturnType<typeof decodeLiveRecord>>;
