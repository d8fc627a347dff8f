/** The client credentials grant (RFC 6749, section 4.4): one request to the token endpoint. */
import { z } from 'zod';
import { describeError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import type { ClientCredentials } from '../security/oauth-credentials.ts';
import { refuse } from './exchange.ts';
import { expiryOf, type Token } from './tokens.ts';

const timeoutMs = 10_000;

const success = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
});
const failure = z.object({ error: z.string(), error_description: z.string().optional() });

/**
 * Asks for a token. Rejects with KafkaError `authentication` when the endpoint refuses the client, and with
 * NetworkFailure when it cannot be reached or is not well: that may pass.
 */
export async function requestToken(
  credentials: ClientCredentials,
  now: () => number = Date.now,
): Promise<Token> {
  const { endpoint } = credentials;
  const asked = now();
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(endpoint, request(credentials));
    status = response.status;
    body = parseJson(await response.text());
  } catch (error) {
    throw new NetworkFailure(
      `The token endpoint ${endpoint.href} cannot be reached (${describeError(error)})`,
      {
        cause: error,
      },
    );
  }
  const { data: token } = success.safeParse(body);
  if (status === 200 && token !== undefined) {
    const expiresAt =
      token.expires_in === undefined ? expiryOf(token.access_token) : asked + token.expires_in * 1000;
    return { value: token.access_token, expiresAt };
  }
  const { data: refusal } = failure.safeParse(body);
  const reason = refusal === undefined ? `HTTP status ${status}` : describe(refusal);
  if (status >= 500 || status === 408 || status === 429) {
    throw new NetworkFailure(`The token endpoint ${endpoint.href} is not well: ${reason}`);
  }
  throw refuse(
    `the token endpoint ${endpoint.href} gives no token: ${reason}. Check sasl.oauthbearer.token.endpoint.url, the client's id, secret and scope.`,
  );
}

function request({ clientId, clientSecret, scope, encode }: ClientCredentials): RequestInit {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  const [id, secret] = encode ? [formEncode(clientId), formEncode(clientSecret)] : [clientId, clientSecret];
  return {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      accept: 'application/json',
    },
    body: form,
    // The secret goes where the user said and nowhere else.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  };
}

function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe({ error, error_description }: z.infer<typeof failure>): string {
  const description = error_description === undefined ? '' : ` (${error_description})`;
  return printable(`${error}${description}`.slice(0, 300));
}
