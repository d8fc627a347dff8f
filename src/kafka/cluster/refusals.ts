/** What a broker's error code means for whoever asked: later again, or never. PURE. */
import { ResponseError } from '../codecs.ts';
import { KafkaError, type KafkaErrorKind } from '../contract.ts';
import { Code, codeMessage, codeName } from './error-codes.ts';
import { NotNow } from './failures.ts';

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
