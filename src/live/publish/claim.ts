/** Whose a stream is, by the claims that were written for it. Pure. FORMAT.md, "Streams". */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigurationError, SluiceError } from '../../errors.ts';
import type { StreamClaim } from '../../records/live-claim.ts';

/** A claim as it stands on the topic. */
export interface StandingClaim extends StreamClaim {
  /** The Kafka offset of its record on `L.streams`, and its time in milliseconds since the epoch of Unix. */
  readonly at: number;
  readonly written: number;
}

/**
 * Who has the stream after one more record: whoever claims a greater epoch, and of several claims of one epoch the first. Records
 * of lower epochs are renewals by somebody who has lost the stream and does not know it yet.
 */
export function holderAfter(
  holder: StandingClaim | undefined,
  next: StandingClaim | undefined,
): StandingClaim | undefined {
  if (holder === undefined || next === undefined) return next;
  if (next.epoch > holder.epoch) return next;
  return next.epoch === holder.epoch && next.owner === holder.owner ? next : holder;
}

/** What a claim says of a key: its SHA-256. */
export function keyDigest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Throws ConfigurationError unless who has `given` may publish what `claim` protects. */
export function expectKey(claim: StreamClaim, given: string | undefined): void {
  if (claim.key === undefined) return;
  const digest = given === undefined ? undefined : keyDigest(given);
  if (digest !== undefined && timingSafeEqual(Buffer.from(digest), Buffer.from(claim.key))) return;
  throw new ConfigurationError(
    given === undefined
      ? `stream "${claim.stream}" may only be published with its key: set SLUICE_STREAM_KEY, or sluice.stream.key in the --config file`
      : `the key that was given is not that of stream "${claim.stream}"`,
  );
}

function whoHas({ host, owner, pid }: StreamClaim): string {
  return `${host} (${pid === undefined ? '' : `process ${pid}, `}owner ${owner})`;
}

/** Why a second publisher is refused. */
export function refusal(claim: StreamClaim): ConfigurationError {
  return new ConfigurationError(
    `stream "${claim.stream}" is being published on ${whoHas(claim)}: stop that publisher, choose another --stream, or take the stream over with --takeover`,
  );
}

/** Why a publisher stops: somebody has taken its stream. */
export class FencedError extends SluiceError {
  override name = 'FencedError';

  constructor(by: StreamClaim) {
    super(
      `stream "${by.stream}" has been taken over by ${whoHas(by)}, epoch ${by.epoch}: this publisher has stopped`,
    );
  }
}

export function waitingFor(claim: StreamClaim): string {
  return (
    `stream "${claim.stream}" was published on ${whoHas(claim)} and not given back; ` +
    `it is taken for gone if it gives no sign of life for ${Math.ceil(claim.lasts / 1000)} s (--takeover does not wait)`
  );
}
