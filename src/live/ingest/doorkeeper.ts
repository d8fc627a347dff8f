/** Who says who may send, where it is not the keys on the topic: another server, or whoever signs tokens. */
import { ConfigurationError } from '../../errors.ts';
import { authorizer } from './authorize.ts';
import type { Caller } from './contract.ts';
import type { Admission } from './desk/desk.ts';
import type { IngestSettings } from './options.ts';

export interface Doorkeeper {
  ask(caller: Caller): Promise<Admission>;
  /** Somebody who was let in has gone. */
  left(caller: Caller): void;
  /** A text that stands where a stream's name belongs is a secret. */
  isKey(text: string): boolean;
  /** What let somebody in still does. */
  holds(opener: string, now: number): boolean;
}

/** Undefined: the keys on the topic. Rejects with ConfigurationError. */
export async function doorkeeperOf(settings: IngestSettings): Promise<Doorkeeper | undefined> {
  const { authorize, authorizeAs, jwtSecretFile, jwtKeys, jwtAudience, jwtIssuer } = settings;
  const isSigned = jwtSecretFile !== undefined || jwtKeys !== undefined;
  if (!isSigned && (jwtAudience !== undefined || jwtIssuer !== undefined))
    throw new ConfigurationError(
      '--jwt-audience and --jwt-issuer are about tokens: give --jwt-secret-file or --jwt-keys too',
    );
  if (jwtSecretFile !== undefined && jwtKeys !== undefined)
    throw new ConfigurationError('--jwt-secret-file and --jwt-keys: give one of them');
  if (authorize !== undefined && isSigned)
    throw new ConfigurationError(
      `--authorize and --${jwtKeys === undefined ? 'jwt-secret-file' : 'jwt-keys'}: one of them says who may send`,
    );
  if (authorize !== undefined) {
    const asked = authorizer({ url: authorize, form: authorizeAs });
    return {
      ask: (caller) => asked.ask(caller),
      left: (caller) => void asked.left(caller),
      isKey: () => false,
      holds: () => true,
    };
  }
  if (!isSigned) return undefined;
  // Loaded here: few need a library of tokens.
  const { publicKeysAt, secretIn } = await import('./keys/signing-keys.ts');
  const { looksLikeToken, SenderTokens, tokenHolds } = await import('./keys/sender-tokens.ts');
  const keys = jwtKeys === undefined ? await secretIn(jwtSecretFile ?? '') : await publicKeysAt(jwtKeys);
  const tokens = new SenderTokens({ keys, audience: jwtAudience, issuer: jwtIssuer });
  return {
    ask: (caller) => tokens.ask(caller, Date.now()),
    left: () => {},
    isKey: looksLikeToken,
    holds: tokenHolds,
  };
}
