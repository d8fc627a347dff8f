/** `security.protocol`, and whether the other security properties agree with it. PURE. */
import { ConfigurationError } from '../../errors.ts';
import type { ClientProperties } from '../properties.ts';

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;

/** What a listener of a broker speaks. */
export type SecurityProtocol = (typeof protocols)[number];

const credentials = /^sasl\.(mechanisms?|jaas\.config|username|password|oauthbearer\..+)$/;
const certificates = /^ssl\.(truststore|keystore|ca|certificate|key)\..+$/;

/**
 * Reads `security.protocol`. Throws ConfigurationError when it is unknown, and when there are credentials or
 * certificates that it would not use: the user means to be safer than the connection would be.
 */
export function securityProtocol(properties: ClientProperties): SecurityProtocol {
  const written = properties['security.protocol'] ?? 'PLAINTEXT';
  const protocol = protocols.find((name) => name === written.toUpperCase());
  if (protocol === undefined) {
    throw new ConfigurationError(
      `security.protocol is ${JSON.stringify(written)}, which does not exist. Write one of ${protocols.join(', ')}.`,
    );
  }
  const tls = protocol.endsWith('SSL');
  const sasl = protocol.startsWith('SASL');
  const unused = Object.keys(properties).find(
    (name) =>
      properties[name] !== '' && ((!sasl && credentials.test(name)) || (!tls && certificates.test(name))),
  );
  if (unused !== undefined) {
    const better = unused.startsWith('sasl.')
      ? tls
        ? 'SASL_SSL'
        : 'SASL_SSL or SASL_PLAINTEXT'
      : sasl
        ? 'SASL_SSL'
        : 'SSL';
    const now = properties['security.protocol'] === undefined ? 'not set, hence PLAINTEXT' : protocol;
    throw new ConfigurationError(
      `${unused} is set, but security.protocol is ${now}, which does not use it. Set security.protocol=${better}, or remove ${unused}.`,
    );
  }
  return protocol;
}
