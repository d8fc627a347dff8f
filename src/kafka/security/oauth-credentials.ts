/** The `sasl.oauthbearer.*` properties and the options of the OAuthBearer login module. PURE. */
import { ConfigurationError } from '../../errors.ts';
import type { ClientProperties } from '../properties.ts';

/** Where the bearer token comes from. */
export type TokenSource =
  | { readonly kind: 'given'; readonly token: string }
  | { readonly kind: 'file'; readonly file: URL }
  | ClientCredentials;

/** The client credentials grant of RFC 6749, section 4.4. */
export interface ClientCredentials {
  readonly kind: 'client-credentials';
  readonly endpoint: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
  /** Whether id and secret are form-encoded before they go into the header, as RFC 6749 says and Kafka does not. */
  readonly encode: boolean;
}

export interface OAuthCredentials {
  readonly mechanism: 'OAUTHBEARER';
  readonly source: TokenSource;
  /** SASL extensions (RFC 7628, section 3.1), e.g. Confluent Cloud's `logicalCluster`. */
  readonly extensions: ReadonlyMap<string, string>;
}

const names = {
  clientId: ['sasl.oauthbearer.client.credentials.client.id', 'sasl.oauthbearer.client.id'],
  clientSecret: ['sasl.oauthbearer.client.credentials.client.secret', 'sasl.oauthbearer.client.secret'],
  scope: ['sasl.oauthbearer.scope'],
} as const;

/** Reads and checks them. `options` are those of `sasl.jaas.config`. Throws ConfigurationError. */
export function oauthCredentials(
  properties: ClientProperties,
  options: ReadonlyMap<string, string>,
): OAuthCredentials {
  const source = tokenSource(properties, options);
  return { mechanism: 'OAUTHBEARER', source, extensions: readExtensions(properties, options) };
}

function tokenSource(properties: ClientProperties, options: ReadonlyMap<string, string>): TokenSource {
  const token = properties['sasl.oauthbearer.token'];
  const written = properties['sasl.oauthbearer.token.endpoint.url'];
  if (token && written) {
    throw new ConfigurationError(
      'sasl.oauthbearer.token and sasl.oauthbearer.token.endpoint.url are both set. Remove one of them.',
    );
  }
  if (token) {
    if (/^[\x21-\x7e]+$/.test(token)) return { kind: 'given', token };
    throw new ConfigurationError('sasl.oauthbearer.token holds spaces or characters that no token has.');
  }
  const endpoint = URL.parse(written ?? '');
  if (endpoint?.protocol === 'file:') return { kind: 'file', file: endpoint };
  if (endpoint === null || !/^https?:$/.test(endpoint.protocol)) {
    const is = written ? 'is no http, https or file URL' : 'is missing';
    throw new ConfigurationError(
      `sasl.mechanism is OAUTHBEARER, but sasl.oauthbearer.token.endpoint.url ${is}. Set it to the token endpoint of your identity provider or to the file:// URL of a token, or set sasl.oauthbearer.token.`,
    );
  }
  if (endpoint.username || endpoint.password) {
    throw new ConfigurationError(
      'sasl.oauthbearer.token.endpoint.url holds a user name or password. Remove them from the URL; set sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret.',
    );
  }
  const given = (option: keyof typeof names): string | undefined => {
    const property = names[option].find((name) => properties[name]);
    return property === undefined ? options.get(option) : properties[property];
  };
  const [clientId, clientSecret] = [given('clientId'), given('clientSecret')];
  if (!clientId || !clientSecret) {
    const missing = clientId ? 'clientSecret' : 'clientId';
    throw new ConfigurationError(
      `sasl.oauthbearer.token.endpoint.url is set, but there is no ${missing}. Set ${names[missing][1]}, or ${missing}="..." in sasl.jaas.config.`,
    );
  }
  const encode = properties['sasl.oauthbearer.header.urlencode'] === 'true';
  return { kind: 'client-credentials', endpoint, clientId, clientSecret, scope: given('scope'), encode };
}

/** `extension_NAME` in the login module (Kafka), `name=value,...` in `sasl.oauthbearer.extensions` (librdkafka). */
function readExtensions(
  properties: ClientProperties,
  options: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const extensions = new Map<string, string>();
  for (const [option, value] of options) {
    if (option.startsWith('extension_')) extensions.set(option.slice('extension_'.length), value);
  }
  for (const pair of properties['sasl.oauthbearer.extensions']?.split(',') ?? []) {
    const [name = '', ...value] = pair.split('=');
    if (pair.trim() !== '') extensions.set(name.trim(), value.join('=').trim());
  }
  for (const [name, value] of extensions) {
    if (!/^[A-Za-z]+$/.test(name) || name === 'auth' || !/^[\x20-\x7e\t\r\n]*$/.test(value)) {
      throw new ConfigurationError(
        `The SASL extension ${JSON.stringify(name)} is not allowed: its name must be letters other than "auth", its value printable ASCII.`,
      );
    }
  }
  return extensions;
}
