/** How MirrorMaker 2 proves itself to a cluster: what Sluice takes, by the names that Kafka's Java clients have. Pure. */
import { ConfigurationError } from '../errors.ts';
import { securityProtocol } from '../kafka/security/protocol.ts';
import { parseAddress } from '../kafka/settings.ts';
import type { RelayLine } from './line.ts';
import type { RelayCluster, RelayOptions } from './options.ts';
import { saslLines } from './sasl.ts';
import type { SecretPlaces } from './secret-places.ts';
import { tlsLines } from './tls.ts';

/** Lines under the cluster's name. Throws ConfigurationError for what cannot be, or what Java's clients do not have. */
export function connectionLines(
  cluster: RelayCluster,
  places: SecretPlaces,
  secrets: RelayOptions['secrets'],
): RelayLine[] {
  const { name, kafka } = cluster;
  try {
    const servers = kafka['bootstrap.servers'] ?? '';
    for (const server of servers.split(',')) parseAddress(server.trim());
    const protocol = securityProtocol(kafka);
    const lines: RelayLine[] = [
      { name: 'bootstrap.servers', value: servers, why: `Where ${name} is.` },
      {
        name: 'security.protocol',
        value: protocol,
        why: `How ${name} is spoken to.`,
      },
      ...(protocol.endsWith('SSL') ? tlsLines(cluster, places, secrets) : []),
      ...(protocol.startsWith('SASL') ? saslLines(cluster, places, secrets) : []),
    ];
    return lines.map((line) => (line.name === undefined ? line : { ...line, name: `${name}.${line.name}` }));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(`${name}: ${error.message}`, { cause: error });
  }
}
