/** How connections are secured: TLS options and a SASL exchange, made of the client properties. */
import type { ConnectionOptions } from 'node:tls';
import type { ClientProperties } from './properties.ts';
import { type Mechanism, type Proof, prepareProof } from './sasl/exchange.ts';
import { mskTokens } from './sasl/msk-iam.ts';
import { oauthBearer } from './sasl/oauthbearer.ts';
import { plain } from './sasl/plain.ts';
import { scram } from './sasl/scram.ts';
import { tokenProvider } from './sasl/token-providers.ts';
import { type Credentials, saslCredentials } from './security/credentials.ts';
import { securityProtocol } from './security/protocol.ts';
import { TlsFiles } from './security/tls-files.ts';

export interface Security {
  /** Options of `tls.connect` besides host, port and server name, for a connection that is opened now. Absent: no TLS. */
  readonly tls?: () => ConnectionOptions;
  /**
   * Makes ready the proof of who we are, for a fresh connection or for one in use anew: that may take long, and what is in use is not
   * to wait for it. `host` names the broker in errors. Rejects with KafkaError `authentication`, or with NetworkFailure when it may
   * succeed later, and so does the proof; no other request may be under way during the proof.
   */
  readonly authenticate?: (host: string) => Promise<Proof>;
}

/**
 * Reads `security.protocol`, `ssl.*` and `sasl.*`, and the files that they name. Throws ConfigurationError that names
 * the property, the cause and what to write instead. Tokens are cached in what it returns: use one for all connections. `warn`: told why
 * files that were replaced since cannot be used.
 */
export function securityFrom(properties: ClientProperties, warn: (error: unknown) => void): Security {
  const protocol = securityProtocol(properties);
  const files = protocol.endsWith('SSL') ? new TlsFiles(properties, warn) : undefined;
  const tls = files ? { tls: () => files.options } : {};
  if (!protocol.startsWith('SASL')) return tls;
  const mechanism = mechanismFor(saslCredentials(properties));
  return { ...tls, authenticate: (host) => prepareProof(mechanism, host) };
}

function mechanismFor(credentials: Credentials): Mechanism {
  switch (credentials.mechanism) {
    case 'PLAIN':
      return plain(credentials.username, credentials.password);
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512':
      return scram(credentials.mechanism, credentials.username, credentials.password);
    case 'OAUTHBEARER':
      return oauthBearer(tokenProvider(credentials.source), credentials.extensions);
    case 'AWS_MSK_IAM':
      return oauthBearer(mskTokens(credentials.profile));
  }
}
