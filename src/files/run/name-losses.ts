/**
 * Names the files that retention removed before a downloader had read them, or that nobody can read. Their records are gone from the
 * topic, but their uploaders remember on `T.state` where these stood.
 */
import type { Kafka, ReadingGap, TopicDescription } from '../../kafka/contract.ts';
import { sentVersionOf } from '../../records/state-record.ts';
import type { Receiver } from '../receive/receiver.ts';
import type { Keyring } from '../shared/keyring.ts';
import { readState } from '../state/read-state.ts';

/** What users are told of offsets that nobody can read. */
export function lostInGap(topic: string, { partition, from, earliest, unreadable }: ReadingGap): string {
  const what = `offsets ${from}..${earliest - 1} of ${topic}, partition ${partition},`;
  return unreadable === undefined
    ? `${what} were removed by retention before they were read`
    : `${what} cannot be read: they were written so (${unreadable})`;
}

/** Offsets `[at, until)` of a partition that were cut off its log. */
export interface Cut {
  readonly partition: number;
  readonly at: number;
  readonly until: number;
}

/** What users are told of a cut. */
export function lostByCut(topic: string, { partition, at, until }: Cut): string {
  const cut = `${topic}, partition ${partition}, was cut at offset ${at}: records up to ${until - 1} that were acknowledged do not stand there any more (an unclean election, or a broker put back from a backup)`;
  return `${cut}; reading goes on at ${at}, and what was received before is kept. Files may be lost by it that nobody can name: send again what list does not show`;
}

/**
 * Tells the receiver of every file whose last record is in the gap: nothing on the topic will ever speak of it. Resolves with
 * true when these are all; false when there may be others, of which nobody knows.
 */
export async function nameLosses(
  kafka: Kafka,
  topic: TopicDescription,
  gap: ReadingGap,
  receiver: Receiver,
  keyring: Keyring,
): Promise<boolean> {
  const everything = await readState(kafka, topic, { keyring });
  if (everything === undefined) return false;
  const why =
    gap.unreadable === undefined ? 'were removed by retention before they were read' : 'cannot be read';
  for (const { uploader, path, state } of everything.files) {
    const sent = sentVersionOf(state);
    if (sent?.partition !== gap.partition || sent.last < gap.from || sent.last >= gap.earliest) continue;
    await receiver.failLost({ uploader, path, upload: sent.upload }, sent, why);
  }
  return everything.untoldBefore(gap.partition) <= gap.from;
}
