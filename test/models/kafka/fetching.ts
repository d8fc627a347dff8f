/** What brokers answer to the small requests of a consumer. */
import { Api } from '../../../src/kafka/cluster/versions.ts';
import { WireReader } from '../../../src/kafka/wire/primitives.ts';
import { type Asked, ModelCluster, type ModelClusterOptions, topic } from './cluster.ts';
import { KeptLog } from './kept-log.ts';

const notLeader = 6;
const earliest = -2;

/** How the brokers of a cluster that is read are. */
export type Distance = Pick<ModelClusterOptions<KeptLog>, 'roundTrip' | 'tellsEpochs'>;

/** A cluster that is read. */
export function fetchingCluster(partitions: number, distance: Distance): ModelCluster<KeptLog> {
  const logs = Array.from({ length: partitions }, (_, index) => new KeptLog(index));
  const versions = new Map<number, number>([[Api.fetch, 17]]);
  const control = ({ apiKey, payload, broker, code }: Asked): unknown => {
    if (apiKey !== Api.listOffsets) throw new Error(`the model does not speak API ${apiKey}`);
    const answers = askedOffsets(payload).map(({ partitionIndex, timestamp }) => {
      const log = logs[partitionIndex]!;
      const errorCode = code !== 0 ? code : log.leader === broker ? 0 : notLeader;
      const offset = BigInt(errorCode !== 0 ? -1 : timestamp === earliest ? log.start : log.end);
      return { partitionIndex, errorCode, timestamp: -1n, offset, leaderEpoch: log.epoch };
    });
    return { throttleTimeMs: 0, topics: [{ name: topic, partitions: answers }] };
  };
  return new ModelCluster({ logs, versions, control, ...distance });
}

/** Of a request of ListOffsets, version 7. */
function askedOffsets(
  payload: Buffer,
): readonly { readonly partitionIndex: number; readonly timestamp: number }[] {
  const reader = new WireReader(payload);
  // Whose replica asks, and which isolation is wanted.
  reader.skip(4 + 1);
  const asked: { partitionIndex: number; timestamp: number }[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    reader.compactString();
    for (let count = reader.arrayLength(); count > 0; count -= 1) {
      const partitionIndex = reader.int32();
      reader.skip(4);
      asked.push({ partitionIndex, timestamp: reader.int64() });
      reader.skipTags();
    }
    reader.skipTags();
  }
  return asked;
}
