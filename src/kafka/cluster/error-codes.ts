/** Kafka's error codes, by their names and meanings. PURE. */
import { protocolErrors, protocolErrorsCodesById } from '../codecs.ts';

/** Kafka's error codes that the client decides by (protocol guide, "Error Codes"). */
export const Code = {
  none: 0,
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  brokerNotAvailable: 8,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  unknownLeaderEpoch: 75,
  topicAlreadyExists: 36,
  invalidReplicationFactor: 38,
  memberIdRequired: 79,
  unknownTopicId: 100,
} as const;

/** The name of an error code, e.g. `NOT_LEADER_OR_FOLLOWER`; of one that nobody knows e.g. `ERROR_128`. */
export function codeName(code: number): string {
  return String(protocolErrorsCodesById[code]);
}

/** What an error code means, in the words of the library's table. */
export function codeMessage(code: number): string {
  return String(protocolErrors[codeName(code)]?.message);
}
