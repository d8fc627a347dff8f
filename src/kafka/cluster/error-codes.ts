/** Kafka's error codes, by their names and meanings. PURE. */
import { protocolErrors, protocolErrorsCodesById } from '../codecs.ts';

/** Kafka's error codes that the client decides by (protocol guide, "Error Codes"). */
export const Code = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  brokerNotAvailable: 8,
  messageTooLarge: 10,
  invalidTopic: 17,
  recordListTooLarge: 18,
  notEnoughReplicas: 19,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  invalidTimestamp: 32,
  unsupportedVersion: 35,
  topicAlreadyExists: 36,
  invalidReplicationFactor: 38,
  outOfOrderSequence: 45,
  duplicateSequence: 46,
  invalidProducerEpoch: 47,
  unknownProducerId: 59,
  invalidRecord: 87,
  memberIdRequired: 79,
  fencedInstance: 82,
  unknownTopicId: 100,
  inconsistentTopicId: 103,
} as const;

/** The name of an error code, e.g. `NOT_LEADER_OR_FOLLOWER`. */
export function codeName(code: number): string {
  return protocolErrorsCodesById[code] ?? `ERROR_${code}`;
}

/** What an error code means, in the words of the library's table. */
export function codeMessage(code: number): string {
  return (
    protocolErrors[codeName(code)]?.message ??
    'The broker answered with an error that this client does not know.'
  );
}
