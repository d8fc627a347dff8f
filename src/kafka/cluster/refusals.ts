/**
 * What a broker's error code means for whoever asked: never, or later again. For each request there is one closed list of the codes
 * that no later attempt can mend; whatever else is answered, UNKNOWN_SERVER_ERROR and codes of later releases included, proves
 * nothing and may pass. What an answer to Produce proves is in `produce/answers.ts`. PURE.
 */

import { printable } from '../../printable.ts';
import { ResponseError } from '../codecs.ts';
import { KafkaError, type KafkaErrorKind } from '../contract.ts';
import { Code, codeMessage, codeName } from './error-codes.ts';
import { NotNow } from './failures.ts';
import { missingRight, type Resources } from './missing-right.ts';

type Refusals = Readonly<Record<number, KafkaErrorKind>>;

/** Whatever was asked: ACLs, authentication, versions, and requests that are malformed. */
const always: Refusals = {
  29: 'unauthorized',
  30: 'unauthorized',
  31: 'unauthorized',
  33: 'authentication',
  34: 'authentication',
  35: 'unsupported',
  42: 'invalid',
  53: 'unauthorized',
  54: 'unsupported',
  58: 'authentication',
};

/** The group has gone on without the member, or its name is another's. */
const notAMember: Refusals = { 22: 'fenced', 25: 'fenced', 82: 'fenced', 110: 'fenced', 113: 'fenced' };

/** Fresh metadata tells what it means that a broker does not know a topic: see {@link isAboutTopic}. */
const aboutTopic: Refusals = { 3: 'unknown-topic', 100: 'unknown-topic', 103: 'topic-recreated' };

const refusals = {
  metadata: { ...always, ...aboutTopic, 17: 'invalid' },
  'producer id': always,
  produce: {
    ...always,
    ...aboutTopic,
    2: 'corrupt',
    10: 'too-large',
    17: 'invalid',
    18: 'too-large',
    21: 'invalid',
    32: 'invalid',
    43: 'unsupported',
    44: 'invalid',
    47: 'invalid',
    59: 'invalid',
    76: 'unsupported',
    87: 'invalid',
    90: 'invalid',
  },
  producers: always,
  fetch: { ...always, ...aboutTopic, 1: 'out-of-range', 43: 'unsupported', 76: 'unsupported' },
  offsets: { ...always, 43: 'unsupported' },
  coordinator: { ...always, 24: 'invalid' },
  positions: { ...always, 24: 'invalid' },
  commit: { ...always, ...notAMember, 12: 'invalid', 24: 'invalid', 28: 'invalid' },
  membership: { ...always, ...notAMember, 23: 'invalid', 24: 'invalid', 26: 'invalid', 81: 'invalid' },
  configuration: always,
  groups: always,
  'new topic': {
    ...always,
    17: 'invalid',
    37: 'invalid',
    38: 'invalid',
    39: 'invalid',
    40: 'invalid',
    44: 'invalid',
  },
} as const satisfies Readonly<Record<string, Refusals>>;

/** What was asked. */
export type Asked = keyof typeof refusals;

const advice: Partial<Record<KafkaErrorKind, string>> = {
  unauthorized: 'Ask for an ACL that allows it',
  fenced: 'Another member of the group has what was read',
  'too-large': "Raise the topic's max.message.bytes or send less at once",
};

const adviceOfCode: Readonly<Record<number, string>> = {
  32: "Set this machine's clock, by NTP: brokers refuse what is more than an hour ahead of theirs (message.timestamp.after.max.ms), and what lies before message.timestamp.before.max.ms",
};

/**
 * The error for a code that is not `none`, met when trying to `what` ("create topic T"): KafkaError when the code is one of those
 * that end what was asked, NotNow otherwise. `detail` is the broker's own text; `of` names whose rights it has looked at.
 */
export function errorOf(
  asked: Asked,
  code: number,
  what: string,
  detail?: string | null,
  of?: Resources,
): NotNow | KafkaError {
  return refusal(refusals[asked], code, what, detail, missingRight(asked, code, of));
}

function refusal(
  table: Refusals,
  code: number,
  what: string,
  detail: string | null | undefined,
  right?: string,
): NotNow | KafkaError {
  const kind = table[code];
  if (kind === undefined || isFenced(code, detail)) return new NotNow(code, what);
  const hint = right ?? adviceOfCode[code] ?? advice[kind];
  const meaning = printable(detail || codeMessage(code));
  const message = `Could not ${what}: ${codeName(code)}. ${meaning}${hint === undefined ? '' : `${/[.!]$/.test(meaning) ? '' : '.'} ${hint}.`}`;
  // A topic's settings, a policy, a clock: no run goes better than this one before its user has changed it.
  return kind === 'invalid' ? new KafkaError(kind, message, { exitCode: 2 }) : new KafkaError(kind, message);
}

/**
 * The controller counts only brokers that it has heard of lately: right after a start, or when all have been slow, there is none for a
 * replica, however many are asked for. Of too many replicas it says something else.
 */
function isFenced(code: number, detail: string | null | undefined): boolean {
  return code === Code.invalidReplicationFactor && /all brokers are currently fenced/i.test(detail ?? '');
}

/** Throws what {@link errorOf} says, unless the code is `none`. */
export function check(
  asked: Asked,
  code: number,
  what: string,
  detail?: string | null,
  of?: Resources,
): void {
  if (code !== Code.none) throw errorOf(asked, code, what, detail, of);
}

/** Makes one of our errors of a library's ResponseError, whatever was asked; leaves every other as it is. */
export function translate(error: unknown, what: string): unknown {
  if (!(error instanceof ResponseError)) return error;
  const first: unknown = error.errors[0];
  const code = first instanceof Error ? Reflect.get(first, 'apiCode') : undefined;
  return typeof code === 'number' ? refusal(always, code, what, undefined) : error;
}
