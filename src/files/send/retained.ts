/**
 * Whether bytes on the topic will stay there for long enough to be named by a copy. A copy goes when its bytes go, and downloaders that are away
 * count on the topic's retention: so what is named has half of it left (docs/adr/0256-copies-of-what-stays.md).
 */
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import type { CopySource } from '../../records/copy-source.ts';
import { versionOf } from '../../records/upload-id.ts';

/** Milliseconds for which an answer of the topic is believed: little beside any retention of which half is left. */
const believedFor = 5000;

export interface RetainedOptions {
  readonly kafka: Pick<Kafka, 'offsets'>;
  readonly topic: Pick<TopicDescription, 'name' | 'config'>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

interface Ends {
  readonly earliest: ReadonlyMap<number, number>;
  readonly latest: ReadonlyMap<number, number>;
}

export class Retained {
  readonly #options: RetainedOptions;
  readonly #now: () => number;
  #known: Ends | undefined;
  #asked: { readonly at: number; readonly ends: Promise<Ends> } | undefined;

  constructor(options: RetainedOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** What can be told at once, by age and by the last answer: false where {@link stays} is not worth asking. */
  mayStay(of: CopySource): boolean {
    const { config } = this.#options.topic;
    const now = this.#now();
    const ends = this.#known;
    const isSince = ends === undefined || of.last >= (ends.latest.get(of.partition) ?? 0);
    return isSince ? isYoung(of, config, now) : staysFor(of, ends, config, now);
  }

  /** Asks Kafka where the topic begins and ends now. */
  async stays(of: CopySource): Promise<boolean> {
    const now = this.#now();
    const asked = this.#asked;
    const isFresh = asked !== undefined && Math.abs(now - asked.at) < believedFor;
    let ends = await (isFresh ? asked : this.#askAt(now)).ends;
    // It was sent since then.
    if (isFresh && of.last >= (ends.latest.get(of.partition) ?? 0))
      ends = await (this.#asked === asked || this.#asked === undefined ? this.#askAt(now) : this.#asked).ends;
    return staysFor(of, ends, this.#options.topic.config, now);
  }

  #askAt(at: number): { readonly at: number; readonly ends: Promise<Ends> } {
    const asked = { at, ends: this.#ask() };
    this.#asked = asked;
    return asked;
  }

  async #ask(): Promise<Ends> {
    const { kafka, topic } = this.#options;
    const earliest = await kafka.offsets(topic.name, 'earliest');
    this.#known = { earliest, latest: await kafka.offsets(topic.name, 'latest') };
    return this.#known;
  }
}

/** Kafka's own, where the topic's may not be read. */
const usualRetention = String(7 * 86_400_000);

/**
 * True when all records stand there, and will for half of the topic's retention: younger than that by the time in their upload's id; and in the
 * newer half of what the topic has, once it has begun to lose records (by time, by size or by hand), or where size decides. `config`: the
 * topic's; `now`: milliseconds since the epoch. Pure.
 */
export function staysFor(
  of: CopySource,
  { earliest, latest }: Ends,
  config: TopicDescription['config'],
  now: number,
): boolean {
  const { partition, first, last } = of;
  const [start, end] = [earliest.get(partition) ?? first + 1, latest.get(partition) ?? 0];
  if (first < start || last >= end) return false;
  const losesBySize = Number(config['retention.bytes'] ?? -1) >= 0;
  const isNewer = first - start >= (end - start) / 2;
  if (!isNewer && (losesBySize || start > 0)) return false;
  return isYoung(of, config, now);
}

function isYoung({ upload }: CopySource, config: TopicDescription['config'], now: number): boolean {
  const keeps = Number(config['retention.ms'] ?? usualRetention);
  const age = now - versionOf(upload) / 1000;
  // An id that is ahead of this clock was raised above a former one, and tells no age.
  return keeps < 0 || (age > -believedFor && age < keeps / 2);
}
