/** Which release of Kafka a broker is, by the highest `metadata.version` that it supports (KIP-584, KIP-778). */

import { KafkaError } from '../contract.ts';
import { NetworkFailure } from './failures.ts';

/** Lowest level of `metadata.version` -> release, newest first. */
const releases: readonly (readonly [level: number, release: string])[] = [
  [31, 'later than 4.3'],
  [30, '4.3'],
  [28, '4.2'],
  [26, '4.1'],
  [22, '4.0'],
  [21, '3.9'],
  [20, '3.8'],
  [15, '3.7'],
  [12, '3.6'],
  [9, '3.5'],
  [8, '3.4'],
  [4, '3.3'],
  [3, '3.2'],
  [2, '3.1'],
  [1, '3.0'],
];

/** A broker's highest `metadata.version`; undefined where it tells none, as those with ZooKeeper do. */
export function levelOf(
  features: readonly { readonly name: string; readonly maxVersion: number }[],
): number | undefined {
  return features.find(({ name }) => name === 'metadata.version')?.maxVersion;
}

/** The release whose highest `metadata.version` this is; undefined where nothing tells it. */
export function releaseOf(level = 0): string | undefined {
  return releases.find(([lowest]) => level >= lowest)?.[1];
}

/**
 * The release by the answer of a broker with which versions were negotiated already, so that an answer that makes no sense is no other
 * kind of server's: it may make sense the next time. Rejects with NetworkFailure or KafkaError.
 */
export async function askedRelease(
  answer: Promise<{ readonly supportedFeatures?: Parameters<typeof levelOf>[0] }>,
): Promise<string | undefined> {
  try {
    const { supportedFeatures = [] } = await answer;
    return releaseOf(levelOf(supportedFeatures));
  } catch (cause) {
    if (cause instanceof NetworkFailure || cause instanceof KafkaError) throw cause;
    throw new NetworkFailure('The answer to ApiVersions makes no sense', { cause });
  }
}
