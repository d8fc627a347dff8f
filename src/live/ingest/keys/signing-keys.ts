/** By which keys tokens of senders are signed: a secret, a public key, or a set of them (JWKS), from a file or a URL. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { ConfigurationError, describeError, SluiceError } from '../../../errors.ts';

/** What verifies a signature, and the algorithms that are believed: never those that only the token names. */
export interface SigningKeys {
  readonly algorithms: readonly string[];
  readonly find: JWTVerifyGetKey;
}

/** Bytes of a secret: as many as its HMAC gives (RFC 7518, 3.2), for a shorter one can be guessed by whoever has a token. */
const leastSecret = 32;
/** Bits (RFC 7518, 3.3). */
const leastModulus = 2048;
/** Milliseconds: a sender is answered within two seconds. */
const patience = 1500;

const rsaPss = ['PS256', 'PS384', 'PS512'];
const ofType: Readonly<Record<string, readonly string[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', ...rsaPss],
  'rsa-pss': rsaPss,
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
  ed25519: ['EdDSA', 'Ed25519'],
};

/** The first line of a file, as a secret of HMAC. Throws ConfigurationError, which has nothing of it. */
export async function secretIn(file: string): Promise<SigningKeys> {
  const [line = ''] = (await textOf(file, 'jwt-secret-file')).split(/\r?\n/, 1);
  const secret = Buffer.from(line);
  if (secret.length < leastSecret)
    throw new ConfigurationError(
      `--jwt-secret-file: the first line of ${file} has ${secret.length} bytes; a secret has ${leastSecret} or more: openssl rand -base64 48`,
    );
  // One of 32 bytes is strong enough for HS256, and is all that the longer ones would stand on.
  return { algorithms: ['HS256', 'HS384', 'HS512'], find: async () => secret };
}

/** A public key (PEM), or a set of them (JSON), in a file or behind an address. Throws ConfigurationError. */
export async function publicKeysAt(place: string): Promise<SigningKeys> {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return remoteKeys(place);
  const text = await textOf(place, 'jwt-keys');
  return text.trimStart().startsWith('{') ? keySet(text, place) : pem(text, place);
}

function pem(text: string, file: string): SigningKeys {
  // Node would make the public one of it, and a private one has no business here.
  if (/PRIVATE KEY/.test(text)) throw new ConfigurationError(privateKey(file));
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch (cause) {
    throw new ConfigurationError(`--jwt-keys: ${file} is no public key (PEM), and no JSON with keys`, {
      cause,
    });
  }
  const { asymmetricKeyType = '', asymmetricKeyDetails: details = {} } = key;
  const algorithms = ofType[details.namedCurve ?? asymmetricKeyType];
  if (algorithms === undefined)
    throw new ConfigurationError(
      `--jwt-keys: ${file} has a key of a kind that signs no tokens (${details.namedCurve ?? asymmetricKeyType}): RSA, P-256, P-384, P-521 and Ed25519 do`,
    );
  if ((details.modulusLength ?? leastModulus) < leastModulus)
    throw new ConfigurationError(
      `--jwt-keys: the key in ${file} has ${details.modulusLength} bits; one of RSA has ${leastModulus} or more`,
    );
  return { algorithms, find: async () => key };
}

const everyPublic = [...new Set(Object.values(ofType).flat())];

function keySet(text: string, file: string): SigningKeys {
  let keys: readonly object[];
  let find: JWTVerifyGetKey;
  try {
    const read = JSON.parse(text) as { keys?: object[] };
    keys = read.keys ?? [read];
    find = createLocalJWKSet({ keys: [...keys] });
  } catch (cause) {
    throw new ConfigurationError(`--jwt-keys: ${file} is no set of keys (JWKS)`, { cause });
  }
  if (keys.some((key) => 'd' in key || 'k' in key)) throw new ConfigurationError(privateKey(file));
  return { algorithms: everyPublic, find };
}

function privateKey(file: string): string {
  return `--jwt-keys: ${file} has a key that signs: give the public one that belongs to it (openssl pkey -pubout), and keep this one where tokens are made`;
}

/** Keys that are asked for when they are needed, and again after ten minutes, or when a token names one that is not there. */
async function remoteKeys(place: string): Promise<SigningKeys> {
  const url = URL.canParse(place) ? new URL(place) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new ConfigurationError(
      '--jwt-keys: it is no address of keys: write https://HOST/PATH, or the path of a file',
    );
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isHere)
    throw new ConfigurationError(
      '--jwt-keys: by http: keys can be changed on their way, and with them who may send: write https:',
    );
  const asked = createRemoteJWKSet(url, { timeoutDuration: patience });
  const find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await asked(header, token);
    } catch (error) {
      // What is wrong with the token is the sender's; what is wrong with the way to the keys is not.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      if (error instanceof errors.JOSENotSupported) throw error;
      throw new SluiceError('the keys of tokens cannot be had', { cause: error });
    }
  };
  return { algorithms: everyPublic, find };
}

async function textOf(file: string, flag: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(`--${flag}: ${describeError(cause)}`, { cause });
  }
}
