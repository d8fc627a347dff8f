/** Which version of each API both sides speak (protocol guide, "Api Versions"). */

import { type ApiConnection, call } from '../api.ts';
import { apiVersionsV3 } from '../codecs.ts';
import { KafkaError } from '../contract.ts';
import { NetworkFailure } from './failures.ts';
import { levelOf, releaseOf } from './release.ts';

/** The APIs that this client speaks, by their keys. */
export const Api = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetCommit: 8,
  offsetFetch: 9,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  leaveGroup: 13,
  syncGroup: 14,
  describeGroups: 15,
  listGroups: 16,
  createTopics: 19,
  initProducerId: 22,
  offsetForLeaderEpoch: 23,
  describeConfigs: 32,
  describeLogDirs: 35,
  describeProducers: 61,
} as const;

/** Oldest and newest version that this client speaks; Kafka 3.6 to 4.3 have one of each in common with it. */
const spoken: ReadonlyMap<number, readonly [number, number]> = new Map([
  [Api.produce, [9, 13]],
  [Api.fetch, [13, 17]],
  [Api.listOffsets, [7, 7]],
  [Api.metadata, [12, 12]],
  [Api.offsetCommit, [8, 8]],
  [Api.offsetFetch, [8, 8]],
  [Api.findCoordinator, [4, 4]],
  [Api.createTopics, [7, 7]],
  [Api.initProducerId, [4, 4]],
  [Api.describeConfigs, [4, 4]],
]);

/** What only members of consumer groups need: without it, everything else still works. */
const spokenByMembers: ReadonlyMap<number, readonly [number, number]> = new Map([
  [Api.joinGroup, [9, 9]],
  [Api.heartbeat, [4, 4]],
  [Api.leaveGroup, [5, 5]],
  [Api.syncGroup, [5, 5]],
  [Api.describeGroups, [5, 5]],
]);

/** The same of brokers that say what they know of a producer (KIP-664), and of what was read of a log (KIP-320): without it a doubt can only be told. */
const spokenInDoubt: ReadonlyMap<number, readonly [number, number]> = new Map([
  [Api.describeProducers, [0, 0]],
  [Api.offsetForLeaderEpoch, [4, 4]],
]);

/** What is looked at by whoever shows a cluster to people: without it, that is not shown. */
const spokenToShow: ReadonlyMap<number, readonly [number, number]> = new Map([
  [Api.listGroups, [4, 4]],
  [Api.describeLogDirs, [4, 4]],
]);

/** API key -> the newest version that both sides speak. */
export type Versions = ReadonlyMap<number, number>;

/** What a broker says that it speaks. */
interface Offered {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** `metadata.version` of Kafka 3.6 (KIP-778); brokers in KRaft mode tell the highest that they support. */
const oldestMetadataVersion = 12;

/** The newest common versions. Throws KafkaError `unsupported` when an API has none, or the broker is older than 3.6. */
export function chooseVersions(
  offered: readonly Offered[],
  place: string,
  metadataVersion = oldestMetadataVersion,
): Versions {
  if (metadataVersion < oldestMetadataVersion) {
    throw new KafkaError(
      'unsupported',
      `${place}: this broker is Apache Kafka ${releaseOf(metadataVersion) ?? 'of an older release'}. Sluice works with Apache Kafka 3.6 and later. Upgrade it`,
    );
  }
  const chosen = new Map<number, number>();
  for (const [key, [oldest, newest]] of spoken) {
    const offer = offered.find((candidate) => candidate.apiKey === key);
    const version = common(offer, oldest, newest);
    if (version === undefined) {
      const versions = offer === undefined ? 'none' : `${offer.minVersion} to ${offer.maxVersion}`;
      throw new KafkaError(
        'unsupported',
        `${place}: of API ${key} this broker speaks versions ${versions}, and Sluice ${oldest} to ${newest}. Sluice works with Apache Kafka 3.6 and later`,
      );
    }
    chosen.set(key, version);
  }
  for (const [key, [oldest, newest]] of [...spokenByMembers, ...spokenInDoubt, ...spokenToShow]) {
    const version = common(
      offered.find(({ apiKey }) => apiKey === key),
      oldest,
      newest,
    );
    if (version !== undefined) chosen.set(key, version);
  }
  return chosen;
}

function common(offer: Offered | undefined, oldest: number, newest: number): number | undefined {
  const version = Math.min(newest, offer?.maxVersion ?? -1);
  return version < Math.max(oldest, offer?.minVersion ?? 0) ? undefined : version;
}

/** Throws KafkaError `unsupported` unless the broker can look after the members of a consumer group as we speak of it. */
export function requireGroups(versions: Versions, place: string): void {
  if ([...spokenByMembers.keys()].every((key) => versions.has(key))) return;
  throw new KafkaError(
    'unsupported',
    `${place}: this broker does not speak of consumer groups as Apache Kafka 3.6 and later do. Assign the partitions by hand`,
  );
}

/** Asks the broker. Rejects with NetworkFailure or KafkaError. */
export async function negotiate(connection: ApiConnection, place: string): Promise<Versions> {
  try {
    const response = await call(connection, apiVersionsV3.api, 'sluice', '1');
    return chooseVersions(response.apiKeys, place, levelOf(response.supportedFeatures ?? []));
  } catch (error) {
    if (error instanceof NetworkFailure || error instanceof KafkaError) throw error;
    const message = `${place}: this broker does not answer ApiVersions as Apache Kafka 3.6 and later do`;
    throw new KafkaError('unsupported', message, { cause: error });
  }
}
