/** What goes wrong between client and broker and may go right later, and how Kafka's error codes are sorted. */

import { protocolErrors, protocolErrorsCodesById, ResponseError } from '../codecs.ts';
import { KafkaError, type KafkaErrorKind } from '../contract.ts';

/** A connection could not be opened, broke, or stood still for too long. The same request may succeed later. */
export class NetworkFailure extends Error {
  override name = 'NetworkFailure';
}

/** A broker's answer that means "not now": leaders move, coordinators load, replicas are missing. */
export class NotNow extends Error {
  override name = 'NotNow';
  readonly code: number;

  constructor(code: number, what: string) {
    super(`Could not ${what}: ${codeName(code)}. ${codeMessage(code)}`);
    this.code = code;
  }
}

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

/** Codes that a later attempt can mend, apart from the topic's absence, which its owner judges. */
const notNow = new Set([
  2, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 60, 70, 71, 72, 74, 75, 78, 84, 89, 106, 107, 108,
]);

const kinds = new Map<number, KafkaErrorKind>([
  [1, 'out-of-range'],
  [3, 'unknown-topic'],
  [10, 'too-large'],
  [18, 'too-large'],
  [22, 'fenced'],
  [25, 'fenced'],
  [82, 'fenced'],
  [29, 'unauthorized'],
  [30, 'unauthorized'],
  [31, 'unauthorized'],
  [53, 'unauthorized'],
  [58, 'authentication'],
  [33, 'authentication'],
  [34, 'authentication'],
  [35, 'unsupported'],
  [76, 'unsupported'],
  [43, 'unsupported'],
  [100, 'unknown-topic'],
  [103, 'topic-recreated'],
]);

/** The name of an error code, e.g. `NOT_LEADER_OR_FOLLOWER`. */
export function codeName(code: number): string {
  return protocolErrorsCodesById[code] ?? `ERROR_${code}`;
}

function codeMessage(code: number): string {
  return (
    protocolErrors[codeName(code)]?.message ??
    'The broker answered with an error that this client does not know.'
  );
}

const advice: Partial<Record<KafkaErrorKind, string>> = {
  unauthorized: 'Ask for an ACL that allows it',
  fenced: 'Another member of the group has what was read',
  'too-large': "Raise the topic's max.message.bytes or send less at once",
};

/** The error for a code that is not `none`, met when trying to `what` ("create topic T"): NotNow when a later attempt may succeed, KafkaError otherwise. */
export function errorOf(code: number, what: string, detail?: string | null): NotNow | KafkaError {
  if (notNow.has(code) || isFenced(code, detail)) return new NotNow(code, what);
  const kind = kinds.get(code) ?? 'invalid';
  const hint = advice[kind] === undefined ? '' : ` ${advice[kind]}.`;
  return new KafkaError(kind, `Could not ${what}: ${codeName(code)}. ${detail || codeMessage(code)}${hint}`);
}

/**
 * The controller counts only brokers that it has heard of lately: right after a start, or when all have been slow, there is none for a
 * replica, however many are asked for. Of too many replicas it says something else.
 */
function isFenced(code: number, detail: string | null | undefined): boolean {
  return code === Code.invalidReplicationFactor && /all brokers are currently fenced/i.test(detail ?? '');
}

/** Throws what {@link errorOf} says, unless the code is `none`. */
export function check(code: number, what: string, detail?: string | null): void {
  if (code !== Code.none) throw errorOf(code, what, detail);
}

/** Makes one of our errors of a library's ResponseError; leaves every other as it is. */
export function translate(error: unknown, what: string): unknown {
  if (!(error instanceof ResponseError)) return error;
  const first: unknown = error.errors[0];
  const code = first instanceof Error ? Reflect.get(first, 'apiCode') : undefined;
  return typeof code === 'number' ? errorOf(code, what) : error;
}

/** True when the same request may succeed later. */
export function mayPass(error: unknown): boolean {
  return error instanceof NetworkFailure || error instanceof NotNow;
}

/** True when a broker knows the topic by another id, or not at all: fresh metadata tells what that means. */
export function isAboutTopic(error: unknown): boolean {
  return error instanceof KafkaError && (error.kind === 'unknown-topic' || error.kind === 'topic-recreated');
}
