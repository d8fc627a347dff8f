/** One request to a registry of schemas, with whoever asks. */
import { readFile } from 'node:fs/promises';
import { request as plainRequest, validateHeaderValue } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { parse } from 'dot-properties';
import { ConfigurationError, describeError, ExitCode, SluiceError } from '../errors.ts';

export interface Answer {
  readonly status: number;
  /** Empty where it is no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Where it sends those who ask. They are not followed: whoever asks may have a password. */
  readonly location?: string;
  /** When it may be asked again: seconds, or a date of HTTP. */
  readonly retryAfter?: string;
}

export type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Answer>;

/** Who asks, by Confluent's names, and how the registry proves who it is. */
export interface RegistryAccess {
  /** `USER:PASSWORD`. */
  readonly userInfo?: string | undefined;
  readonly token?: string | undefined;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Of the key. */
  readonly passphrase?: string | undefined;
}

/** Milliseconds that a registry may take for an answer. */
const patience = 15_000;
/** Bytes of an answer. */
const longest = 10_000_000;

/** Secrets of the environment, then of a file of properties. Throws ConfigurationError for what cannot be read. */
export async function registryAccess(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RegistryAccess> {
  const properties = file === undefined ? {} : (parse(await read(file)) as Record<string, string>);
  const of = (name: string): string | undefined => properties[name] ?? properties[`schema.registry.${name}`];
  const pem = async (name: string): Promise<string | undefined> => {
    const path = of(name);
    const text = path === undefined ? undefined : await read(path);
    // A certificate authority that is none would be passed over without a word.
    if (text !== undefined && !text.includes('-----BEGIN '))
      throw new ConfigurationError(`${name}: ${path} is no PEM: convert it, as by openssl`);
    return text;
  };
  return {
    userInfo: oneLine(environment.SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO) ?? of('basic.auth.user.info'),
    token: oneLine(environment.SCHEMA_REGISTRY_BEARER_AUTH_TOKEN) ?? of('bearer.auth.token'),
    ca: await pem('ssl.ca.location'),
    certificate: await pem('ssl.certificate.location'),
    key: await pem('ssl.key.location'),
    passphrase: of('ssl.key.password'),
  };
}

/** Secrets that come out of a file have its line end. */
function oneLine(secret: string | undefined): string | undefined {
  return secret?.replace(/[\r\n]+$/, '');
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(
      `${path} cannot be read: ${describeError(cause)}; name a file that this user may read`,
      { cause },
    );
  }
}

/** `base`: the URL below which `/subjects` is. Throws ConfigurationError for a token, a key or a certificate that cannot be used. */
export function askingAt(base: string, access: RegistryAccess): Ask {
  const authorization = authorizationOf(access);
  const tls = tlsOf(access);
  return async (method, path, body) => {
    const url = below(base, path);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      accept: 'application/vnd.schemaregistry.v1+json, application/json',
      ...(authorization && { authorization }),
      ...(payload && {
        'content-type': 'application/vnd.schemaregistry.v1+json',
        'content-length': Buffer.byteLength(payload),
      }),
    };
    const signal = AbortSignal.timeout(patience);
    const options = { method, headers, signal };
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const sent =
      url.protocol === 'https:' ? secureRequest(url, { ...options, ...tls }) : plainRequest(url, options);
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const elsewhere = status >= 300 && status < 400 && { location: headers.location ?? 'nowhere' };
      const later = headers['retry-after'];
      const facts = { status, ...elsewhere, ...(later === undefined ? {} : { retryAfter: later }) };
      whole(response).then((said) => resolve({ ...facts, body: objectOf(said) }), reject);
    });
    sent.on('error', reject);
    sent.end(payload);
    return await promise.catch((cause: unknown) => {
      const why = signal.aborted ? `no answer within ${patience / 1000} s` : describeError(cause);
      throw new SluiceError(
        `the registry at ${url.origin} cannot be reached: ${why}; check --registry, and whether it runs`,
        { cause, exitCode: ExitCode.unreachable },
      );
    });
  };
}

function authorizationOf({ token, userInfo }: RegistryAccess): string | undefined {
  if (token === undefined)
    return userInfo === undefined ? undefined : `Basic ${Buffer.from(userInfo).toString('base64')}`;
  const header = `Bearer ${token}`;
  try {
    validateHeaderValue('authorization', header);
  } catch {
    // Without its cause, which may say the token.
    throw new ConfigurationError(
      'the bearer token for the registry cannot be sent: it has a line break, or characters that no token has; give it as it was issued',
    );
  }
  return header;
}

function tlsOf({ ca, certificate: cert, key, passphrase }: RegistryAccess): SecureContextOptions {
  const given = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const tls = { ...given, ...(passphrase && { passphrase }) };
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new ConfigurationError(
      `the certificate or the key for the registry cannot be used: ${describeError(cause)}; see ssl.certificate.location, ssl.key.location and ssl.key.password of --registry-config`,
      { cause },
    );
  }
  return tls;
}

/** `path` may have a query, as `base` may. */
function below(base: string, path: string): URL {
  const url = new URL(base);
  const [name = '', query = ''] = path.split('?');
  url.pathname = `${url.pathname.replace(/\/$/, '')}${name}`;
  for (const [key, value] of new URLSearchParams(query)) url.searchParams.append(key, value);
  return url;
}

async function whole(response: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response) {
    length += piece.length;
    // Leaving the loop ends the connection.
    if (length > longest) throw new Error('the answer is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function objectOf(said: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(said);
    return typeof value === 'object' && value !== null ? (value as Answer['body']) : {};
  } catch {
    return {};
  }
}
