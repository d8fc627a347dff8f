/** Why a caller is refused: SRT's own reasons, and those of its access control, which are 1000 and a status of HTTP. */
import type { Refusal } from '../contract.ts';

export const reason = {
  rogue: 4,
  version: 8,
  badSecret: 10,
  unsecure: 11,
  messages: 12,
  congestionControl: 13,
  filter: 14,
  group: 15,
  cipher: 17,
  badRequest: 1400,
  unauthorized: 1401,
  overload: 1402,
  forbidden: 1403,
  badMode: 1405,
  conflict: 1409,
  down: 1503,
} as const;

export type Reason = (typeof reason)[keyof typeof reason];

/** The words of a reason, for our log: a sender's own program has words of its own. */
export const reasonWords: Readonly<Record<Reason, string>> = {
  [reason.rogue]: 'the handshake is not as it must be',
  [reason.version]: 'the sender speaks a version before 1.3 of SRT',
  [reason.badSecret]: 'the passphrase is not ours',
  [reason.unsecure]: 'one side has a passphrase, the other has none',
  [reason.messages]: 'the sender is not in live mode',
  [reason.congestionControl]: 'the sender is not in live mode',
  [reason.filter]: 'the sender wants a packet filter, which is not there',
  [reason.group]: 'the sender wants several connections for one stream, which is not there',
  [reason.cipher]: 'the sender wants a cipher other than AES-CTR',
  [reason.badRequest]: 'the stream id names no stream as it must',
  [reason.unauthorized]: 'the stream id has no key',
  [reason.overload]: 'there are too many senders or attempts',
  [reason.forbidden]: 'the key does not open the stream',
  [reason.badMode]: 'the caller does not want to publish',
  [reason.conflict]: 'another one sends this stream',
  [reason.down]: 'the server cannot take it now',
};

/** What the desk's refusals are in SRT. */
export function reasonOf(refusal: Refusal): Reason {
  if (refusal === 'denied') return reason.forbidden;
  if (refusal === 'busy') return reason.conflict;
  if (refusal === 'full') return reason.overload;
  return refusal === 'closing' ? reason.down : reason.badRequest;
}
