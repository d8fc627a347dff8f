/** How many records of ours a topic has, as kcat counts them. */
import { topicRecords } from '../support/topic-records.ts';
import type { Side } from './ground.ts';

export async function copiesOf(side: Side, topic: string): Promise<number> {
  let count = 0;
  for await (const { headers } of topicRecords({ bootstrapServers: side.bootstrapServers, topic }))
    if (headers.sluice !== undefined) count += 1;
  return count;
}
