/**
 * SCRAM (RFC 5802, with SHA-256 of RFC 7677 and Kafka's SHA-512), the client's side. PURE but for the nonce.
 * Names and passwords are UTF-8 as they were written: Kafka's brokers and its own client do not prepare them by
 * SASLprep either, so preparing them here would refuse passwords that Kafka takes.
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { refuse } from './exchange.ts';

const deriveKey = promisify(pbkdf2);

export interface ScramAlgorithm {
  readonly hash: 'sha256' | 'sha512';
  readonly bytes: number;
}

export const scramAlgorithms = {
  'SCRAM-SHA-256': { hash: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { hash: 'sha512', bytes: 64 },
} as const satisfies Record<string, ScramAlgorithm>;

const minIterations = 4096;
/** Kafka's own limit for a stored credential is 16384; a broker that asks for millions wants to stall us. */
const maxIterations = 1_000_000;

/** `client-first-message`: its bare part is signed later. */
export function clientFirst(
  username: string,
  nonce: string,
): { readonly bare: string; readonly message: string } {
  const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C');
  const bare = `n=${name},r=${nonce}`;
  return { bare, message: `n,,${bare}` };
}

export interface ClientFinal {
  readonly message: string;
  /** What a broker that knows the password answers. */
  readonly serverSignature: Buffer;
}

/** `client-final-message`, in answer to `server-first-message`. Rejects when the broker's message breaks the rules. */
export async function clientFinal(
  algorithm: ScramAlgorithm,
  password: string,
  nonce: string,
  bare: string,
  serverFirst: string,
): Promise<ClientFinal> {
  const { r: fullNonce = '', s: salt = '', i = '' } = attributes(serverFirst);
  if (!fullNonce.startsWith(nonce) || fullNonce.length === nonce.length) {
    throw refuse(
      'the broker did not extend the nonce of this exchange. It may not be the broker that it says to be.',
    );
  }
  const iterations = /^\d{1,9}$/.test(i) ? Number(i) : 0;
  if (iterations < minIterations || iterations > maxIterations) {
    throw refuse(`the broker asks for ${i || 'no'} iterations, not ${minIterations} to ${maxIterations}.`);
  }
  if (salt === '') throw refuse('the broker sent no salt.');
  const salted = await deriveKey(
    password,
    Buffer.from(salt, 'base64'),
    iterations,
    algorithm.bytes,
    algorithm.hash,
  );
  const clientKey = sign(algorithm, salted, 'Client Key');
  const storedKey = createHash(algorithm.hash).update(clientKey).digest();
  const withoutProof = `c=${Buffer.from('n,,').toString('base64')},r=${fullNonce}`;
  const signed = `${bare},${serverFirst},${withoutProof}`;
  const clientSignature = sign(algorithm, storedKey, signed);
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ clientSignature[index]!));
  const serverSignature = sign(algorithm, sign(algorithm, salted, 'Server Key'), signed);
  return { message: `${withoutProof},p=${proof.toString('base64')}`, serverSignature };
}

/** Throws unless `server-final-message` proves that the broker knows the password too. */
export function verifyServer(serverFinal: string, serverSignature: Buffer): void {
  const { v = '', e } = attributes(serverFinal);
  if (e !== undefined) throw refuse(`the broker answered ${e}.`);
  const given = Buffer.from(v, 'base64');
  if (given.length !== serverSignature.length || !timingSafeEqual(given, serverSignature)) {
    throw refuse('the broker cannot prove that it knows the password: it is not the one it says to be.');
  }
}

/** `name=value` between commas; the first of a name counts. */
function attributes(message: string): Readonly<Record<string, string | undefined>> {
  const pairs = message.split(',').map((part) => [part.slice(0, 1), part.slice(2)] as const);
  return Object.fromEntries(pairs.reverse());
}

function sign(algorithm: ScramAlgorithm, key: Buffer, text: string): Buffer {
  return createHmac(algorithm.hash, key).update(text).digest();
}
