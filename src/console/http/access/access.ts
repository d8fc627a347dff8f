/** Who asks, and what they may do. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Role } from '../../contract.ts';
import { isEqual, makeConsoleToken, type Permit, readConsoleToken, signed } from './tokens.ts';

/** Somebody who may look at least. */
export interface Caller extends Partial<Permit> {
  readonly role: Role;
  /** What `x-sluice-csrf` has to be of them. */
  readonly csrf: string;
  /** By `Authorization`, which no browser sends by itself: no page of others can have it sent. */
  readonly isProgram: boolean;
}

/** How somebody can say who they are. */
export type Way = 'token' | 'oidc';

export interface AccessOptions {
  /** That tokens are signed with. Absent: tokens are not taken from anybody but OpenID Connect's own. */
  readonly key?: string | undefined;
  /** What may be done without a token; undefined: nothing. */
  readonly openRole?: Role | undefined;
  readonly ways: readonly Way[];
  readonly now?: () => number;
}

export class Access {
  readonly ways: readonly Way[];
  /**
   * The name under which a browser keeps a token. Browsers keep cookies of a host for all of its ports: consoles with keys of their own would
   * take each other's place. Servers with one key, behind one name, know each other's.
   */
  readonly cookie: string;
  readonly #key: string;
  readonly #openRole: Role | undefined;
  readonly #now: () => number;
  readonly #csrfKey: string;

  constructor({ key = randomBytes(32).toString('hex'), openRole, ways, now = Date.now }: AccessOptions) {
    this.#key = key;
    // Where the key stays, pages go on after a restart without asking for a new one.
    this.#csrfKey = signed(key, 'csrf');
    this.cookie = `sluice-console-${Buffer.from(signed(key, 'cookie'), 'base64url').toString('hex').slice(0, 12)}`;
    this.#openRole = openRole;
    this.ways = ways;
    this.#now = now;
  }

  /** Undefined: nobody that we know. */
  callerOf(headers: IncomingHttpHeaders): Caller | undefined {
    const bearer = /^Bearer ([^\s]{1,400})$/i.exec(headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      const permit = this.permitOf(bearer);
      return permit && { ...permit, csrf: this.#csrfOf(bearer), isProgram: true };
    }
    // There may be several of that name: of the domain around it.
    for (const token of cookiesOf(headers.cookie, this.cookie)) {
      const permit = this.permitOf(token);
      if (permit !== undefined) return { ...permit, csrf: this.#csrfOf(token), isProgram: false };
    }
    if (this.#openRole === undefined) return undefined;
    return { role: this.#openRole, csrf: this.#csrfOf(''), isProgram: false };
  }

  permitOf(token: string): Permit | undefined {
    return readConsoleToken(this.#key, token, this.#now());
  }

  /** Who was let in by OpenID Connect goes on with one of our tokens. */
  tokenFor(permit: Permit): string {
    return makeConsoleToken(this.#key, permit);
  }

  /** A text that only we can have made, to be handed to a browser and taken back: `BODY.SIGNATURE`. */
  seal(body: string): string {
    const text = Buffer.from(body).toString('base64url');
    return `${text}.${signed(this.#key, `sealed.${text}`)}`;
  }

  /** What was sealed; undefined when it was not, by us. */
  unseal(sealed: string): string | undefined {
    const [text = '', signature = ''] = sealed.split('.');
    if (!isEqual(signed(this.#key, `sealed.${text}`), signature)) return undefined;
    return Buffer.from(text, 'base64url').toString();
  }

  isRightCsrf({ csrf }: Caller, given: unknown): boolean {
    return typeof given === 'string' && isEqual(csrf, given);
  }

  #csrfOf(token: string): string {
    return signed(this.#csrfKey, token);
  }
}

/** Values of all cookies of that name. */
export function cookiesOf(header: string | undefined, name: string): string[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const [key, value] = pair.trim().split('=', 2);
    return key === name && value !== undefined ? [value] : [];
  });
}
