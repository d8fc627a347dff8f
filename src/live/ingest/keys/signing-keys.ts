/** By which keys tokens of senders are signed: a secret, a public key, or a set of them (JWKS), from a file or a URL. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { ConfigurationError, describeError, SluiceError } from '../../../errors.ts';
import { fetchKeys } from './fetch-keys.ts';

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

/** A key that is for RSA-PSS alone is none for WebCrypto, which jose uses. */
const ofType: Readonly<Record<string, readonly string[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
  ed25519: ['EdDSA', 'Ed25519'],
};

/** How files begin that have something else: their first lines are the same everywhere, or public. */
const knownBeginning = /^\uFEFF?(?:-----BEGIN |\{\s*"|\[|ssh-|ecdsa-|sk-)/;

/** The first line of a file, as a secret of HMAC. Throws ConfigurationError, which has nothing of it. */
export async function secretIn(file: string): Promise<SigningKeys> {
  const [line = ''] = (await textOf(file, 'jwt-secret-file')).split(/\r?\n/, 1);
  const secret = Buffer.from(line);
  if (knownBeginning.test(line))
    throw new ConfigurationError(
      `--jwt-secret-file: ${file} begins as a key, or a set of keys, and everybody could sign by that line: give public keys to --jwt-keys, and here a secret: openssl rand -base64 48`,
    );
  if (line.includes('\uFFFD'))
    throw new ConfigurationError(
      `--jwt-secret-file: the first line of ${file} is no text, and would not be the same secret elsewhere: openssl rand -base64 48`,
    );
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
  const fault = faultOf(key);
  if (fault !== undefined) throw new ConfigurationError(`--jwt-keys: ${file} has ${fault}`);
  return { algorithms: algorithmsOf(key) ?? [], find: async () => key };
}

function kindOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  return asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType ?? 'none';
}

function algorithmsOf(key: KeyObject): readonly string[] | undefined {
  return ofType[kindOf(key)];
}

/** Why nothing can be verified by it. */
function faultOf(key: KeyObject): string | undefined {
  if (algorithmsOf(key) === undefined)
    return `a key of a kind that signs no tokens (${kindOf(key)}): RSA, P-256, P-384, P-521 and Ed25519 do`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? leastModulus;
  return bits < leastModulus ? `a key of ${bits} bits; one of RSA has ${leastModulus} or more` : undefined;
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
  const faults = keys.map(faultOfEntry);
  // Keys of other kinds, for encryption, stand in such sets too.
  if (faults.every((fault) => fault !== undefined))
    throw new ConfigurationError(`--jwt-keys: ${file} has ${faults[0] ?? 'no key'}`);
  return { algorithms: everyPublic, find };
}

function faultOfEntry(entry: object): string | undefined {
  try {
    return faultOf(createPublicKey({ key: entry as JsonWebKey, format: 'jwk' }));
  } catch {
    return 'something that is no public key';
  }
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
  const asked = createRemoteJWKSet(url, { timeoutDuration: patience, [customFetch]: fetchKeys() });
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
