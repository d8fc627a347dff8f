/**
 * The SASL exchange over Kafka's protocol (KIP-43, KIP-152): SaslHandshake names the mechanism, SaslAuthenticate
 * carries its messages. The same exchange on a connection in use authenticates it anew (KIP-368).
 */

import { type ApiConnection, ask } from '../api.ts';
import { saslAuthenticateV2, saslHandshakeV1 } from '../codecs.ts';
import { KafkaError } from '../contract.ts';

/** One mechanism with its credentials. */
export interface Mechanism {
  /** By the name that goes over the wire. */
  readonly name: string;
  /** Whose credentials these are, for messages. Never a secret. */
  readonly user: string;
  /** What to look at when the broker refuses. */
  readonly advice: string;
  /**
   * Makes ready what takes time, before the broker is told that an exchange begins: it answers nothing else meanwhile.
   * Rejects with KafkaError `authentication`, or with NetworkFailure when it may succeed later.
   */
  prepare(host: string): Promise<Exchange>;
  /** Told when the broker has refused, so that what was cached is not tried again. */
  refused?(): void;
}

/**
 * Speaks until the broker is content. `send` carries one message and resolves with the broker's answer. Rejects with
 * KafkaError `authentication` when the broker's side of the exchange is wrong.
 */
export type Exchange = (send: (message: Buffer) => Promise<Buffer>) => Promise<void>;

const unsupportedMechanism = 33;
const illegalState = 34;

/**
 * Authenticates a connection. Resolves with the milliseconds after which the broker wants to see the credentials
 * again; 0: never. Rejects with KafkaError `authentication`, or with what broke the connection or the token's way here.
 */
export async function authenticate(
  mechanism: Mechanism,
  connection: ApiConnection,
  host: string,
): Promise<{ readonly sessionLifetimeMs: number }> {
  const { name, user, advice } = mechanism;
  let sessionLifetimeMs = 0;
  const send = async (message: Buffer): Promise<Buffer> => {
    const answer = await ask(connection, saslAuthenticateV2.api, message);
    if (answer.errorCode !== 0) {
      mechanism.refused?.();
      const reason = (answer.errorMessage ?? `error ${answer.errorCode}`).replace(/\.$/, '');
      throw refuse(`the broker says "${reason}". ${advice}`);
    }
    sessionLifetimeMs = Number(answer.sessionLifetimeMs);
    return answer.authBytes;
  };
  try {
    const exchange = await mechanism.prepare(host);
    await handshake(connection, name);
    await exchange(send);
  } catch (error) {
    if (!(error instanceof KafkaError && error.kind === 'authentication')) throw error;
    throw refuse(`${host}: ${name} failed for ${user}: ${error.message}`, error);
  }
  return { sessionLifetimeMs };
}

async function handshake(connection: ApiConnection, name: string): Promise<void> {
  const { errorCode, mechanisms } = await ask(connection, saslHandshakeV1.api, name);
  if (errorCode === 0) return;
  if (errorCode === unsupportedMechanism) {
    const offered = mechanisms.join(', ');
    throw refuse(`the broker does not offer it here. Set sasl.mechanism to one that it offers: ${offered}.`);
  }
  if (errorCode === illegalState) {
    throw refuse(
      'this port does not authenticate. Set security.protocol to PLAINTEXT or SSL, or use the SASL port.',
    );
  }
  throw refuse(`the broker refuses to begin (error ${errorCode}).`);
}

/** An error of this kind; the cause is one whose message is told already. */
export function refuse(message: string, cause?: unknown): KafkaError {
  return new KafkaError('authentication', message, cause === undefined ? {} : { cause });
}
