/** What Kafka refuses for good. */
import { type ExitCode, SluiceError } from '../errors.ts';

/** Kafka's refusals, sorted by what their owner has to decide. Everything else is retried inside. */
export type KafkaErrorKind =
  | 'too-large' /** the batch exceeds the topic's or the broker's limit */
  | 'out-of-range' /** the offset is not (or no longer) on the partition, or the log was cut before it since it was read */
  | 'unknown-topic' /** no such topic or partition */
  | 'topic-recreated' /** the topic's id changed while it was in use */
  | 'unauthorized' /** an ACL refuses */
  | 'fenced' /** a consumer group has given the partitions, or the member's name, to somebody else */
  | 'authentication' /** the credentials are refused, or TLS does not agree */
  | 'corrupt' /** a batch whose CRC or structure is wrong */
  | 'unsupported' /** the broker is too old or lacks an API */
  | 'invalid' /** the request is refused for ever (bad configuration, timestamps, policy) */
  | 'closed'; /** the client, producer or consumer has been closed */

/** A refusal by Kafka that retrying cannot mend. */
export class KafkaError extends SluiceError {
  override name = 'KafkaError';
  readonly kind: KafkaErrorKind;

  constructor(kind: KafkaErrorKind, message: string, options: ErrorOptions & { exitCode?: ExitCode } = {}) {
    const configuration = kind === 'authentication' || kind === 'unauthorized' || kind === 'unsupported';
    super(message, { exitCode: configuration ? 2 : 1, ...options });
    this.kind = kind;
  }
}
