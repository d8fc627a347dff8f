/** What a run is told of records that nobody will ever read: said, named as far as that is possible, and passed by the positions. */
import type { Kafka, ReadingGap, TopicDescription } from '../../kafka/contract.ts';
import type { Receiver } from '../receive/receiver.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { DownloadSettings } from '../shared/options.ts';
import type { Progress } from '../shared/progress.ts';
import { stateTopicOf } from '../shared/topics.ts';
import { type Cut, lostByCut, lostInGap, nameLosses } from './name-losses.ts';
import type { SafeOffsets } from './safe-offsets.ts';

export interface LossesOptions {
  readonly kafka: Kafka;
  readonly topic: TopicDescription;
  readonly settings: DownloadSettings;
  readonly progress: Progress;
  readonly keyring: Keyring;
  readonly receiver: Receiver;
  readonly safe: () => SafeOffsets;
}

export class Losses {
  readonly #options: LossesOptions;

  constructor(options: LossesOptions) {
    this.#options = options;
  }

  /** Resolves when what is lost by a gap was named, and its position passes it. */
  async gap(gap: ReadingGap): Promise<void> {
    const { kafka, settings, topic, progress, receiver, keyring, safe } = this.#options;
    const lost = lostInGap(topic.name, gap);
    const isRemoved = gap.unreadable === undefined;
    const mend = isRemoved ? 'raise retention.ms, or send them again' : 'send them again';
    const message = `${lost}: files with bytes there cannot be recovered from this topic; ${mend}`;
    settings.onEvent({ type: 'warning', message });
    const more = `${lost}: ${stateTopicOf(topic.name)} does not tell of all that was sent there, so that more files may be lost by it than are named`;
    const skipped = safe().skip(gap.partition, gap.earliest);
    const isAll = await nameLosses(kafka, topic, gap, receiver, keyring);
    skipped();
    if (isAll && isRemoved) return;
    progress.filesFailed++;
    settings.onEvent({ type: 'lost', message: isAll ? lost : more });
  }

  /** What of the records that are gone nobody had read yet, nobody can name. */
  cut(cut: Cut): void {
    const { settings, topic, progress, safe } = this.#options;
    progress.filesFailed++;
    settings.onEvent({ type: 'lost', message: lostByCut(topic.name, cut) });
    safe().cut(cut.partition, cut.at);
  }
}
