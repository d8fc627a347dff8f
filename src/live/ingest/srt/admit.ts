/** From what a caller asks for to a seat at the desk, or SRT's reason why not. */
import type { Caller, Desk, Seat } from '../contract.ts';
import type { Application } from './examine.ts';
import { openKeys, type PayloadKeys } from './payload-keys.ts';
import { type Reason, reason, reasonOf, reasonWords } from './reasons.ts';

export interface Admitted {
  readonly isAdmitted: true;
  readonly seat: Seat;
  readonly encryption?: { readonly keys: PayloadKeys; readonly passphrase: string };
}

export interface Refused {
  readonly isAdmitted: false;
  readonly reason: Reason;
  /** For our log. */
  readonly message: string;
  /** The desk has told it. */
  readonly isTold: boolean;
}

export interface Doorkeeper {
  readonly desk: Desk;
  readonly passphrase?: string | undefined;
  /** Ends one that sends this stream with this key and has fallen silent; resolves at once where there is none. */
  readonly makeWay: (caller: Caller) => Promise<void>;
}

/** The passphrase comes first: who does not have it learns nothing of streams and keys. */
export async function admit(
  application: Application,
  address: string,
  doorkeeper: Doorkeeper,
): Promise<Admitted | Refused> {
  const { desk, passphrase, makeWay } = doorkeeper;
  const encryption = await encryptionOf(application, passphrase);
  if (typeof encryption === 'number') return refused(encryption);
  const { stream, key } = application.wanted;
  const caller: Caller = { protocol: 'srt', stream, key, address };
  await makeWay(caller);
  const answer = await desk.ask(caller);
  if (!answer.isAdmitted)
    return { isAdmitted: false, reason: reasonOf(answer.why), message: answer.message, isTold: true };
  return {
    isAdmitted: true,
    seat: answer.seat,
    ...(encryption === undefined ? {} : { encryption }),
  };
}

async function encryptionOf(
  application: Application,
  passphrase: string | undefined,
): Promise<Admitted['encryption'] | Reason> {
  if (application.keys === undefined || passphrase === undefined) return undefined;
  const keys = await openKeys(application.keys.message, passphrase);
  return keys === undefined ? reason.badSecret : { keys, passphrase };
}

/** For a reason that has words of its own. */
export function refused(why: Reason): Refused {
  return { isAdmitted: false, reason: why, message: reasonWords[why], isTold: false };
}
