/** Letting people in by OpenID Connect: the authorization code flow with PKCE, and a role by what the provider says of them. */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { z } from 'zod';
import { ConfigurationError, describeError } from '../../../errors.ts';
import { type Role, roles } from '../../contract.ts';
import { LoginRefused } from './login-refused.ts';
import { mayDo, nameForToken, type Permit } from './tokens.ts';

export interface OidcOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  /** Of the ID token; dots lead into objects: `realm_access.roles`. */
  readonly roleClaim: string;
  /** Which of its values give which role, beside those that are called as roles are. */
  readonly roles: Readonly<Record<string, Role>>;
  /** Milliseconds for which somebody is let in. */
  readonly session: number;
}

/** What has to be known of a login that is under way; a browser keeps it for us, sealed. */
const pending = z.object({
  verifier: z.string(),
  state: z.string(),
  nonce: z.string(),
  redirect: z.string(),
  until: z.number(),
});
export type Pending = z.infer<typeof pending>;

/** Milliseconds that somebody may take to say who they are. */
const loginLasts = 10 * 60_000;

export class OidcLogin {
  readonly #options: OidcOptions;
  #configuration: Promise<Configuration> | undefined;

  constructor(options: OidcOptions) {
    this.#options = options;
  }

  /** Where the browser has to go, and what it has to keep meanwhile. `redirect`: where it comes back to. */
  async begin(redirect: string): Promise<{ readonly url: string; readonly pending: Pending }> {
    const configuration = await this.#discovered();
    const verifier = randomPKCECodeVerifier();
    const [state, nonce] = [randomState(), randomNonce()];
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: redirect,
      scope: 'openid profile email',
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return { url: url.href, pending: { verifier, state, nonce, redirect, until: Date.now() + loginLasts } };
  }

  /** Who has come back. `search`: of the address. Rejects with LoginRefused. */
  async end(search: string, kept: string | undefined): Promise<Permit> {
    const { verifier, state, nonce, redirect, until } = readPending(kept);
    if (Date.now() > until) throw new LoginRefused('the login took too long: begin again');
    const configuration = await this.#discovered();
    const tokens = await authorizationCodeGrant(configuration, new URL(search, redirect), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    }).catch((error: unknown) => {
      throw new LoginRefused(`the provider's answer is not good: ${describeError(error)}`);
    });
    const claims: Readonly<Record<string, unknown>> = { ...tokens.claims() };
    const role = roleIn(claims, this.#options);
    const user = nameForToken(nameIn(claims));
    if (role === undefined)
      throw new LoginRefused(
        `${user} has no role here: the claim ${this.#options.roleClaim} has to be one of ${[...roles, ...Object.keys(this.#options.roles)].join(', ')}`,
      );
    return { role, user, expires: Date.now() + this.#options.session };
  }

  /** Asked for once; again when it could not be had. */
  #discovered(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    this.#configuration ??= discovery(
      new URL(issuer),
      clientId,
      clientSecret,
      clientSecret === undefined ? None() : secretAs(clientSecret),
      // Of an issuer that was written so.
      { execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [], timeout: 10 },
    ).catch((error: unknown) => {
      this.#configuration = undefined;
      throw new ConfigurationError(
        `--oidc-issuer ${issuer} does not answer as a provider does: ${describeError(error)}`,
        { cause: error },
      );
    });
    return this.#configuration;
  }
}

/** As the provider says that it takes the secret; in a header where it says nothing (OpenID Connect Discovery 1.0, 3). */
function secretAs(secret: string): ClientAuth {
  const [inBody, inHeader] = [ClientSecretPost(secret), ClientSecretBasic(secret)];
  return (as, ...rest) => {
    const ways = as.token_endpoint_auth_methods_supported ?? [];
    return (ways.includes('client_secret_post') ? inBody : inHeader)(as, ...rest);
  };
}

function readPending(kept: string | undefined): Pending {
  const read = kept === undefined ? undefined : pending.safeParse(JSON.parse(kept));
  if (read?.success !== true)
    throw new LoginRefused('this browser has begun no login here: begin again, with cookies allowed');
  return read.data;
}

/** The greatest role that the claim gives. Pure. */
export function roleIn(
  claims: Readonly<Record<string, unknown>>,
  { roleClaim, roles: given }: Pick<OidcOptions, 'roleClaim' | 'roles'>,
): Role | undefined {
  const said = Object.hasOwn(claims, roleClaim) ? claims[roleClaim] : within(claims, roleClaim.split('.'));
  const values = (Array.isArray(said) ? said : [said]).filter((value) => typeof value === 'string');
  const found = values
    .map((value) => (Object.hasOwn(given, value) ? given[value] : roles.find((role) => role === value)))
    .filter((role) => role !== undefined);
  return found.reduce<Role | undefined>(
    (most, role) => (most !== undefined && mayDo(most, role) ? most : role),
    undefined,
  );
}

function within(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return within((value as Readonly<Record<string, unknown>>)[name], rest);
}

function nameIn({ preferred_username: name, email, sub }: Readonly<Record<string, unknown>>): string {
  return [name, email, sub].find((one) => typeof one === 'string' && one !== '') as string;
}
