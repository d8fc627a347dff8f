/** Bearer tokens: kept while they are good, renewed in time, and kept on while the provider is down. */

/** A token, and milliseconds since the epoch when it expires; undefined where nobody says. */
export interface Token {
  readonly value: string;
  readonly expiresAt: number | undefined;
}

/** A token for one exchange. */
export interface GivenToken {
  readonly value: string;
  /** It was there already, so that the next one may be good when a broker refuses it. */
  readonly isKept: boolean;
}

/** Where a mechanism has its tokens from. */
export interface TokenProvider {
  /** Whose tokens these are, for messages. */
  readonly user: string;
  /** What to look at when a broker refuses them. */
  readonly advice: string;
  /** A token for a broker. Rejects with KafkaError `authentication` or, when it may succeed later, NetworkFailure. */
  token(host: string): Promise<GivenToken>;
  /** A broker has refused this one: do not give it again. */
  forget(value: string): void;
}

/** As Kafka's own client does it: renewed when four fifths of the lifetime are over. */
const renewAfter = 0.8;
/** How long a provider that just failed is left alone while the last token is still good. */
const retryAfterMs = 10_000;

/**
 * Wraps `fetchToken`. One call runs at a time. In the last fifth of a token's life a failure to renew is no failure yet:
 * the token is given as long as it is good.
 */
export class TokenCache {
  readonly #fetchToken: () => Promise<Token>;
  readonly #now: () => number;
  #token: Token | undefined;
  #renewAt = 0;
  #fetching: Promise<Token> | undefined;

  constructor(fetchToken: () => Promise<Token>, now: () => number = Date.now) {
    this.#fetchToken = fetchToken;
    this.#now = now;
  }

  async get(): Promise<GivenToken> {
    const token = this.#token;
    if (token !== undefined && this.#now() < this.#renewAt) return { value: token.value, isKept: true };
    try {
      this.#fetching ??= this.#fetch();
      return { value: (await this.#fetching).value, isKept: false };
    } catch (error) {
      const end = token?.expiresAt;
      if (token === undefined || end === undefined || this.#now() >= end) throw error;
      this.#renewAt = Math.min(this.#now() + retryAfterMs, end);
      return { value: token.value, isKept: true };
    }
  }

  /** Gives this one no more. */
  forget(value: string): void {
    if (this.#token?.value === value) this.#token = undefined;
  }

  async #fetch(): Promise<Token> {
    const asked = this.#now();
    try {
      const token = await this.#fetchToken();
      this.#renewAt = token.expiresAt === undefined ? asked : asked + (token.expiresAt - asked) * renewAfter;
      this.#token = token;
      return token;
    } finally {
      this.#fetching = undefined;
    }
  }
}

/**
 * The claims of a JSON Web Token (RFC 7519), not verified: the broker does that. Undefined for a token of another kind.
 */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return claims !== null && typeof claims === 'object' ? (claims as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** When a JSON Web Token expires, milliseconds since the epoch. */
export function expiryOf(token: string): number | undefined {
  const seconds = claimsOf(token)?.exp;
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}
