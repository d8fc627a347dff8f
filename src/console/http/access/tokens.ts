/**
 * Tokens of the console: `EXPIRY.ROLE.NAME.SIGNATURE`. EXPIRY is in seconds since the epoch, NAME says whose it is and may be empty, and
 * SIGNATURE is the HMAC-SHA-256 of `console.EXPIRY.ROLE.NAME` in base64url: a key that also signs tokens to watch makes none of these by that. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ConfigurationError } from '../../../errors.ts';
import { type Role, roles } from '../../contract.ts';

/** What a token says. */
export interface Permit {
  readonly role: Role;
  readonly user?: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

const names = /^[A-Za-z0-9@._+-]{0,64}$/;
const form = new RegExp(
  `^(\\d{1,12})\\.(${roles.join('|')})\\.([A-Za-z0-9@._+-]{0,64})\\.([A-Za-z0-9_-]{43})$`,
);

/** Whether somebody with `role` may do what `wanted` may. */
export function mayDo(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted);
}

/** Throws ConfigurationError for a name that cannot stand in a token. */
export function makeConsoleToken(key: string, { role, user = '', expires }: Permit): string {
  if (!names.test(user))
    throw new ConfigurationError(
      `"${user}" cannot be the name in a token: up to 64 letters, digits and @ . _ + - can`,
    );
  const said = `${Math.floor(expires / 1000)}.${role}.${user}`;
  return `${said}.${signed(key, `console.${said}`)}`;
}

/** Undefined when it was not made with the key, or is over. */
export function readConsoleToken(key: string, token: string, now: number): Permit | undefined {
  const match = form.exec(token);
  if (match === null) return undefined;
  const [, expiry = '', role = '', user = '', signature = ''] = match;
  if (!isEqual(signed(key, `console.${expiry}.${role}.${user}`), signature)) return undefined;
  const expires = Number(expiry) * 1000;
  if (now >= expires) return undefined;
  return { role: role as Role, expires, ...(user === '' ? {} : { user }) };
}

/** In base64url, 43 characters. */
export function signed(key: string, said: string): string {
  return createHmac('sha256', key).update(said).digest('base64url');
}

/** In constant time for texts of one length: how long a refusal takes must not tell how much of it was right. */
export function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

/** As much of a name as a token can carry. */
export function nameForToken(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^A-Za-z0-9@._+-]+/g, '-')
    .slice(0, 64);
}
