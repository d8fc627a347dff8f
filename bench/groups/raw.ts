/** The Kafka path alone, without files: what our client costs beside librdkafka and beside the library's own. */
import type { Contender, Group } from '../contender.ts';
import { libraryClient, librdkafkaClient, ownClient, rawClient } from '../contenders/raw-client.ts';
import type { Ground } from '../ground.ts';

const size = 1_000_000;

/** `fetch` checks the CRC of every batch, ours and librdkafka; the library never does. */
export async function raw(verb: 'produce' | 'fetch', ground: Ground, scale: number): Promise<Group> {
  const count = Math.round(1500 * scale);
  const contenders = [await librdkafkaClient(), ownClient, libraryClient].map(
    (client): Contender => rawClient(ground, client, { verb, count, size }),
  );
  return {
    name: `raw-${verb}`,
    title: `${verb === 'produce' ? 'Produce (acks=all)' : 'Fetch'} ${count} records of 1 MB, one partition`,
    bytes: count * size,
    contenders: contenders as [Contender, ...Contender[]],
  };
}

/** Records of 4 kB, one after the other with time between them. */
export async function latency(ground: Ground, scale: number): Promise<Group> {
  const work = { verb: 'latency', count: Math.round(1000 * scale), size: 4096 } as const;
  const contenders = [await librdkafkaClient(), ownClient].map(
    (client): Contender => rawClient(ground, client, work),
  );
  return {
    name: 'latency',
    title: `From producer to consumer, ${work.count} records of 4 kB, 10 ms apart, idle cluster`,
    bytes: work.count * work.size,
    contenders: contenders as [Contender, ...Contender[]],
  };
}
