/**
 * What a broker's answer to a batch proves of it. Only codes that a broker gives before it appends anything (checks of rights,
 * sizes, records, sequence numbers and replicas) prove that the batch does not stand on the partition: they are listed, and the list is
 * closed. Every other code leaves a doubt, for the broker may have met it after the append. PURE.
 */
import { ConfigurationError, UnreachableError } from '../../errors.ts';
import { KafkaError } from '../contract.ts';

/**
 * - `appended`: it stands there, now or since an earlier attempt.
 * - `turned-away`: not appended, and a later attempt may be.
 * - `damaged`: not appended, for its bytes are not what they were; a later attempt may be, if it was the network.
 * - `too-large`, `bad-record`: will never be appended as it is; the records that travelled with the culprit may be, without it.
 * - `refused`: nor will any other of this client on this partition.
 * - `out-of-order`: not appended, for what comes before it is not known there.
 * - `forgotten`: not appended, for the broker does not know the producer (any more).
 * - `doubt`: anything may be.
 */
export type Verdict =
  | 'appended'
  | 'turned-away'
  | 'damaged'
  | 'too-large'
  | 'bad-record'
  | 'refused'
  | 'out-of-order'
  | 'forgotten'
  | 'doubt';

/** What a refusal says of the records that travelled together. */
export type Refusal = Extract<Verdict, 'too-large' | 'bad-record' | 'refused'>;

const verdicts: Readonly<Record<number, Verdict>> = {
  0: 'appended',
  /** DUPLICATE_SEQUENCE_NUMBER: so old a repetition that its place is forgotten. */
  46: 'appended',
  /** NOT_ENOUGH_REPLICAS; too few of them after the append has a code of its own, 20. */
  19: 'turned-away',
  2: 'damaged',
  10: 'too-large',
  18: 'too-large',
  32: 'bad-record',
  42: 'bad-record',
  44: 'bad-record',
  87: 'bad-record',
  17: 'refused',
  21: 'refused',
  29: 'refused',
  31: 'refused',
  35: 'refused',
  43: 'refused',
  53: 'refused',
  76: 'refused',
  45: 'out-of-order',
  47: 'forgotten',
  59: 'forgotten',
  90: 'forgotten',
};

/** What the error code of an answer proves. */
export function verdictOf(code: number): Verdict {
  return verdicts[code] ?? 'doubt';
}

/**
 * The same refusal, for records that may stand on the partition all the same: they were sent, and no answer says that they do not. A
 * command ends by it as by the refusal itself: what it is, and its exit code, stay.
 */
export function withDoubt(error: Error): Error {
  const said = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  const message = `${said} What was sent already may be there; send it again if it may stand there twice.`;
  const cause = error;
  if (error instanceof KafkaError) {
    const { kind, exitCode } = error;
    return new KafkaError(kind, message, { cause, exitCode });
  }
  const Same = [UnreachableError, ConfigurationError].find((one) => error instanceof one) ?? Error;
  return new Same(message, { cause });
}
