/** The suite that every implementation of `src/kafka/contract.ts` passes: the real client and the memory twin. */
import { describe } from 'node:test';
import { compressionContract } from './kafka/compression.ts';
import { consumerContract } from './kafka/consumer.ts';
import { flowContract } from './kafka/flow.ts';
import type { OpenGround } from './kafka/ground.ts';
import { groupEndsContract } from './kafka/group-ends.ts';
import { groupsContract } from './kafka/groups.ts';
import { producerContract } from './kafka/producer.ts';
import { topicsContract } from './kafka/topics.ts';

export type { Ground, OpenGround } from './kafka/ground.ts';

/** Registers the suite; `open` is called once for each test. */
export function kafkaContract(name: string, open: OpenGround): void {
  describe(`${name} keeps the contract of Kafka`, () => {
    topicsContract(open);
    producerContract(open);
    compressionContract(open);
    consumerContract(open);
    flowContract(open);
    groupsContract(open);
    groupEndsContract(open);
  });
}
