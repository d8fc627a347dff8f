/** Why bytes of an upload, of which no more will come, are missing. */
import type { Kafka } from '../../kafka/contract.ts';
import type { IncomingUpload } from '../incoming/incoming-upload.ts';
import type { SafeOffsets } from './safe-offsets.ts';

/** The end of a sentence about them. */
export async function whyMissing(
  kafka: Kafka,
  topic: string,
  safe: SafeOffsets,
  { firsts }: IncomingUpload,
): Promise<string> {
  const earliest = await kafka.offsets(topic, 'earliest');
  const isLeftOut = [...firsts.keys()].some((partition) => {
    return (earliest.get(partition) ?? 0) < safe.began(partition);
  });
  return isLeftOut
    ? 'were sent before the place where reading began here (--from-offset): --reset with an earlier one reads them'
    : 'are not on the topic any more';
}
