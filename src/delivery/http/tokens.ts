/**
 * Tokens that let people watch: `EXPIRY.STREAM.SIGNATURE`, where EXPIRY is in seconds since the epoch, STREAM a stream's name or `*`
 * for all of them, and SIGNATURE the HMAC-SHA-256 of `EXPIRY.STREAM` in base64url. Whoever has the key makes them, with
 * any tool; servers need no memory of them.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';
import { isStreamName } from '../../records/live-names.ts';
import { detached } from './detached.ts';

/** Every stream of the server. */
export const everyStream = '*';

/** Why somebody may not watch; the text goes to them. */
export type Refusal = 'a token is needed' | 'the token is not valid' | 'the token has expired';

/** Makes a token for a stream's name or `*`. `expires`: milliseconds since the epoch. Throws ConfigurationError. */
export function makeToken(key: string, stream: string, expires: number): string {
  if (stream !== everyStream && !isStreamName(stream)) {
    throw new ConfigurationError(`"${stream}" is no name of a stream; give one, or * for all of them`);
  }
  const said = `${Math.floor(expires / 1000)}.${stream}`;
  return `${said}.${sign(key, said)}`;
}

function sign(key: string, said: string): string {
  return createHmac('sha256', key).update(said).digest('base64url');
}

/** What a token allows, when its signature is right. */
export interface Permit {
  readonly stream: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** A token read; undefined when it is not one that was made with the key. */
export function readToken(key: string, token: string): Permit | undefined {
  const match = /^(\d{1,12})\.(\*|[A-Za-z0-9._-]{1,64})\.([A-Za-z0-9_-]{43})$/.exec(token);
  if (match === null) return undefined;
  const [, expiry = '', stream = '', signature = ''] = match;
  const right = Buffer.from(sign(key, `${expiry}.${stream}`));
  // Of equal length by the form above. In constant time: how long a refusal takes must not tell how much of it was right.
  if (!timingSafeEqual(right, Buffer.from(signature))) return undefined;
  return { stream, expires: Number(expiry) * 1000 };
}

/** Decides who may watch. Remembers tokens that were right, so that a viewer's signature is computed once. */
export class Gate {
  readonly #key: string | undefined;
  readonly #now: () => number;
  readonly #right = new Map<string, Permit>();

  /** Without a key everybody may watch everything. */
  constructor(key: string | undefined, now: () => number = Date.now) {
    this.#key = key;
    this.#now = now;
  }

  get isOpen(): boolean {
    return this.#key === undefined;
  }

  /** Undefined: go ahead. */
  refusal(stream: string, token: string | null): Refusal | undefined {
    if (this.#key === undefined) return undefined;
    if (token === null || token === '') return 'a token is needed';
    const permit = this.#permit(this.#key, token);
    if (permit === undefined || (permit.stream !== stream && permit.stream !== everyStream)) {
      return 'the token is not valid';
    }
    return this.#now() < permit.expires ? undefined : 'the token has expired';
  }

  /** Seconds for which what a token allows will hold; without a key: for ever. */
  validFor(token: string | null): number {
    if (this.#key === undefined) return Number.POSITIVE_INFINITY;
    const permit = token === null ? undefined : this.#permit(this.#key, token);
    return permit === undefined ? 0 : Math.max(0, (permit.expires - this.#now()) / 1000);
  }

  #permit(key: string, token: string): Permit | undefined {
    const known = this.#right.get(token);
    if (known !== undefined) return known;
    const permit = readToken(key, token);
    if (permit === undefined) return undefined;
    if (this.#right.size >= 10_000) this.#right.clear();
    this.#right.set(detached(token), permit);
    return permit;
  }
}
