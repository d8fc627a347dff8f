/** What brokers answer to the small requests of a producer. */
import { NetworkFailure } from '../../../src/kafka/cluster/failures.ts';
import { Api } from '../../../src/kafka/cluster/versions.ts';
import { type Asked, ModelCluster, topic } from './cluster.ts';
import { PartitionLog } from './partition-log.ts';

const apiVersions = 18;

/** A cluster that is written to. `tells`: it says what it knows of producers (KIP-664). `version`: of its Produce API. */
export function producingCluster(
  partitions: number,
  tells: boolean,
  version = 13,
): ModelCluster<PartitionLog> {
  const logs = Array.from({ length: partitions }, (_, index) => new PartitionLog(index));
  const versions = new Map<number, number>([[Api.produce, version]]);
  if (tells) versions.set(Api.describeProducers, 0);
  let nextProducer = 1n;
  const control = ({ apiKey, payload, code }: Asked): unknown => {
    // Asked only for being answered at all.
    if (apiKey === apiVersions) return {};
    if (apiKey === Api.initProducerId) {
      const producerId = code === 0 ? nextProducer++ : -1n;
      return { throttleTimeMs: 0, errorCode: code, producerId, producerEpoch: 0 };
    }
    if (apiKey !== Api.describeProducers) throw new Error(`the model does not speak API ${apiKey}`);
    if (!tells) {
      cluster.wrongs.push('a broker was asked for what it does not have');
      throw new NetworkFailure('it hangs up');
    }
    // The number of its only partition stands before the tags of topic and request.
    const partitionIndex = payload.readInt32BE(payload.byteLength - 2 - 4);
    const sequences = code === 0 ? logs[partitionIndex]!.lastSequences() : [];
    const activeProducers = [...sequences].map(([producerId, lastSequence]) => ({
      producerId,
      lastSequence,
    }));
    return { topics: [{ name: topic, partitions: [{ partitionIndex, errorCode: code, activeProducers }] }] };
  };
  const cluster = new ModelCluster({ logs, versions, control });
  return cluster;
}
