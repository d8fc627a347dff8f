/**
 * The SASL exchange over Kafka's protocol (KIP-43, KIP-152): SaslHandshake names the mechanism, SaslAuthenticate
 * carries its messages. The same exchange on a connection in use authenticates it anew (KIP-368).
 */

import { printable } from '../../printable.ts';
import { type ApiConnection, ask } from '../api.ts';
import { NetworkFailure } from '../cluster/failures.ts';
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
}

/** One exchange that is ready to begin. */
export interface Exchange {
  /**
   * Speaks until the broker is content. `send` carries one message and resolves with the broker's answer. Rejects with
   * KafkaError `authentication` when the broker's side of the exchange is wrong.
   */
  run(send: (message: Buffer) => Promise<Buffer>): Promise<void>;
  /** Told when the broker has refused. True when the next exchange will show it something else, which may be good. */
  refused?(): boolean;
}

/** Authenticates a connection. Resolves with the milliseconds after which the broker wants to see credentials again; 0: never. */
export type Proof = (connection: ApiConnection) => Promise<{ readonly sessionLifetimeMs: number }>;

const unsupportedMechanism = 33;
const illegalState = 34;
const authenticationFailed = 58;

/**
 * Makes ready the proof of who we are. It, and the proof itself, reject with KafkaError `authentication`, or with what broke the
 * connection or the token's way here.
 */
export async function prepareProof(mechanism: Mechanism, host: string): Promise<Proof> {
  const exchange = await located(mechanism, host, () => mechanism.prepare(host));
  return (connection) =>
    located(mechanism, host, async () => {
      await handshake(connection, mechanism.name);
      return speak(mechanism, exchange, connection);
    });
}

async function speak(
  { advice }: Mechanism,
  exchange: Exchange,
  connection: ApiConnection,
): Promise<{ readonly sessionLifetimeMs: number }> {
  let sessionLifetimeMs = 0;
  await exchange.run(async (message) => {
    const { errorCode, errorMessage, authBytes, ...answer } = await ask(
      connection,
      saslAuthenticateV2.api,
      message,
    );
    if (errorCode !== 0) {
      const reason = printable(errorMessage ?? `error ${errorCode}`).replace(/\.$/, '');
      const says = `the broker says "${reason}"`;
      if (![unsupportedMechanism, illegalState, authenticationFailed].includes(errorCode))
        throw new NetworkFailure(`Authentication came to nothing: ${says}`);
      if (exchange.refused?.())
        throw new NetworkFailure(`Authentication by a token that was kept came to nothing: ${says}`);
      throw refuse(`${says}. ${advice}`);
    }
    sessionLifetimeMs = Number(answer.sessionLifetimeMs);
    return authBytes;
  });
  return { sessionLifetimeMs };
}

async function located<Result>(
  { name, user }: Mechanism,
  host: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KafkaError && error.kind === 'authentication')) throw error;
    throw refuse(`${host}: ${name} failed for ${user}: ${error.message}`, error);
  }
}

async function handshake(connection: ApiConnection, name: string): Promise<void> {
  const { errorCode, mechanisms } = await ask(connection, saslHandshakeV1.api, name);
  if (errorCode === 0) return;
  if (errorCode === unsupportedMechanism) {
    const offered = printable(mechanisms.join(', '));
    throw refuse(`the broker does not offer it here. Set sasl.mechanism to one that it offers: ${offered}.`);
  }
  if (errorCode === illegalState) {
    throw refuse(
      'this port does not authenticate. Set security.protocol to PLAINTEXT or SSL, or use the SASL port.',
    );
  }
  throw new NetworkFailure(`The broker does not begin to authenticate (error ${errorCode})`);
}

/** An error of this kind; the cause is one whose message is told already. */
export function refuse(message: string, cause?: unknown): KafkaError {
  return new KafkaError('authentication', message, cause === undefined ? {} : { cause });
}
