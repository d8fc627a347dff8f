/** The providers of bearer tokens: one that is given, a file, and the client credentials grant of OAuth 2. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeError } from '../../errors.ts';
import type { TokenSource } from '../security/oauth-credentials.ts';
import { requestToken } from './client-credentials.ts';
import { refuse } from './exchange.ts';
import { claimsOf, expiryOf, type GivenToken, TokenCache, type TokenProvider } from './tokens.ts';

/** The provider for what the properties say. */
export function tokenProvider(source: TokenSource): TokenProvider {
  if (source.kind === 'given') return givenToken(source.token);
  if (source.kind === 'file') return tokenFile(source.file);
  const cache = new TokenCache(() => requestToken(source));
  return {
    user: `client ${JSON.stringify(source.clientId)}`,
    advice: `Check that the brokers trust the tokens of ${source.endpoint.host} and their audience, and that the clocks agree.`,
    token: () => cache.get(),
    forget: (value) => cache.forget(value),
  };
}

function givenToken(token: string): TokenProvider {
  return {
    user: subject(token),
    advice: 'Check that the brokers trust the issuer and the audience of sasl.oauthbearer.token.',
    async token() {
      return refuseExpired(
        token,
        'sasl.oauthbearer.token',
        'Set a new one, or let Sluice fetch it: sasl.oauthbearer.token.endpoint.url.',
      );
    },
    forget() {},
  };
}

/** Read anew for each connection, for whoever renews the token replaces the file. */
function tokenFile(file: URL): TokenProvider {
  const path = fileURLToPath(file);
  return {
    user: `the token in ${path}`,
    advice: 'Check that the brokers trust its issuer and its audience.',
    async token() {
      let token: string;
      try {
        token = (await readFile(file, 'utf8')).trim();
      } catch (error) {
        throw refuse(`the token file ${path} cannot be read (${describeError(error)}). Put it there.`, error);
      }
      if (!/^[\x21-\x7e]+$/.test(token)) {
        throw refuse(`the token file ${path} does not hold one token. Put one there.`);
      }
      return refuseExpired(token, `the token in ${path}`, 'Put a new one there.');
    },
    forget() {},
  };
}

function refuseExpired(token: string, what: string, advice: string): GivenToken {
  const expiresAt = expiryOf(token);
  if (expiresAt === undefined || Date.now() < expiresAt) return { value: token, isKept: false };
  throw refuse(`${what} expired at ${new Date(expiresAt).toISOString()}. ${advice}`);
}

function subject(token: string): string {
  const name = claimsOf(token)?.sub;
  return typeof name === 'string' ? `subject ${JSON.stringify(name)}` : 'the given token';
}
