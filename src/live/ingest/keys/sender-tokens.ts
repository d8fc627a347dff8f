/**
 * Tokens of senders (JWT, RFC 7519): whoever has the signing key says in them which streams may be sent, and until when. Nothing of them is kept; what is
 * told of one has nothing of it but its times.
 */
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Caller } from '../contract.ts';
import type { Admission } from '../desk/desk.ts';
import { streamMatcher } from './pattern.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface SenderTokensOptions {
  readonly keys: SigningKeys;
  readonly audience?: string | undefined;
  readonly issuer?: string | undefined;
}

/** Seconds by which clocks may differ. */
const tolerance = 5;
/** Names or globs in one token. */
const mostPatterns = 100;
const longestPattern = 256;

export class SenderTokens {
  readonly #keys: SigningKeys;
  readonly #options: JWTVerifyOptions;

  constructor({ keys, audience, issuer }: SenderTokensOptions) {
    this.#keys = keys;
    this.#options = {
      algorithms: [...keys.algorithms],
      clockTolerance: tolerance,
      // It cannot be taken back: one without an end would be good for ever.
      requiredClaims: ['exp'],
      ...(audience === undefined ? {} : { audience }),
      ...(issuer === undefined ? {} : { issuer }),
    };
  }

  /** Throws SluiceError where the keys cannot be had: nobody knows then. */
  async ask({ key, stream }: Pick<Caller, 'key' | 'stream'>, now: number): Promise<Admission> {
    if (key === '') return refused(`stream "${stream}" needs a key: send to ${stream}?key=TOKEN`);
    let payload: JWTPayload;
    try {
      payload = await this.#verified(key, now);
    } catch (error) {
      if (error instanceof errors.JOSEError) return refused(reasonOf(error, stream));
      throw error;
    }
    const patterns = patternsIn(payload.stream);
    if (patterns === undefined)
      return refused('the key names no streams: its claim "stream" is a name, a glob, or a list of them');
    if (!patterns.some((pattern) => streamMatcher(pattern)(stream)))
      return refused(`the key is for other streams than "${stream}"`);
    return { isGood: true, opener: String(((payload.exp ?? 0) + tolerance) * 1000) };
  }

  async #verified(token: string, now: number): Promise<JWTPayload> {
    const options = { ...this.#options, currentDate: new Date(now) };
    try {
      return (await jwtVerify(token, this.#keys.find, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // Neither token nor keys say which one it is.
      for await (const key of error) {
        try {
          return (await jwtVerify(token, key, options)).payload;
        } catch (fault) {
          const isOther = !(fault instanceof errors.JOSEError);
          // By another key than this one; or this is one that nobody can use, too short for instance.
          if (!isOther && !(fault instanceof errors.JWSSignatureVerificationFailed)) throw fault;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }
}

/** What a token opened is open until its end: `opener` is what {@link SenderTokens.ask} gave. Pure. */
export function tokenHolds(opener: string, now: number): boolean {
  return now < Number(opener);
}

/** A text may be a token: it has its three parts, and begins as each head in JSON does. */
export function looksLikeToken(text: string): boolean {
  return /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(text);
}

function patternsIn(claim: unknown): readonly string[] | undefined {
  const all: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const isPattern = (one: unknown): one is string =>
    typeof one === 'string' && one !== '' && one.length <= longestPattern;
  return all.length > 0 && all.length <= mostPatterns && all.every(isPattern) ? all : undefined;
}

/** Claims are looked at when the signature was right: who has a token of ours may know what is wrong with it, and nobody else. */
function reasonOf(error: errors.JOSEError, stream: string): string {
  if (error instanceof errors.JWTExpired)
    return `the key was good until ${moment(error.payload.exp)}: ask for a new one`;
  if (!(error instanceof errors.JWTClaimValidationFailed)) return `the key opens no stream "${stream}" here`;
  const { claim, payload } = error;
  if (claim === 'nbf' && typeof payload.nbf === 'number')
    return `the key is good from ${moment(payload.nbf)} on`;
  if (claim === 'aud') return 'the key is for another server: its claim "aud" is not this one\'s';
  if (claim === 'iss') return 'the key is not from whom this server believes: its claim "iss" is another';
  if (claim === 'exp') return 'the key says of no end (its claim "exp"), and is not taken without';
  return `the key's claim "${claim}" is not as it should be`;
}

/** Seconds since the epoch; behind this there are no dates. */
const lastDate = 8.64e12;

function moment(seconds: unknown): string {
  const time = typeof seconds === 'number' ? Math.min(Math.max(seconds, 0), lastDate) : 0;
  return `${new Date(time * 1000).toISOString().slice(0, -8).replace('T', ' ')} UTC`;
}

function refused(message: string): Admission {
  return { isGood: false, message };
}
