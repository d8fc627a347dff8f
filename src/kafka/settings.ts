/** The typed reading of the properties that say where the cluster is and how to talk to it. PURE. */
import { z } from 'zod';
import { ConfigurationError } from '../errors.ts';
import type { ClientProperties } from './properties.ts';

/** A host, without the brackets of an IPv6 address, and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ClientSettings {
  /** `bootstrap.servers`. */
  readonly bootstrapServers: readonly Address[];
  /** `client.id`, which brokers show in logs and quotas. Default: sluice. */
  readonly clientId: string;
  /** `client.rack`: followers of the same rack may be read. */
  readonly clientRack: string | undefined;
  /** `request.timeout.ms`. Default: 30,000. */
  readonly requestTimeoutMs: number;
}

const schema = z.object({
  'bootstrap.servers': z
    .string({ error: 'is missing. Write host:port, several with commas between' })
    .transform((servers) => servers.split(',').flatMap((server) => server.trim() || []))
    .refine((servers) => servers.length > 0, 'is empty. Write host:port, several with commas between')
    .transform((servers) => servers.map(parseAddress)),
  'client.id': z
    .string()
    .regex(/^[\x20-\x7e]{1,249}$/, 'must be 1 to 249 printable ASCII characters')
    .default('sluice'),
  'client.rack': z.string().optional(),
  'request.timeout.ms': z.coerce
    .number({ error: 'must be a whole number of milliseconds, e.g. 30000' })
    .int('must be a whole number of milliseconds, e.g. 30000')
    .min(100, 'must be at least 100 milliseconds')
    .max(2 ** 31 - 1, 'must be at most 2147483647 milliseconds')
    .default(30_000),
});

/** The properties that are read here. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

/** Reads and checks them. Throws ConfigurationError with the property's name, what is wrong, and what to write. */
export function clientSettings(properties: ClientProperties): ClientSettings {
  const { success, data, error } = schema.safeParse(properties);
  if (!success) {
    const { path, message } = error.issues[0]!;
    throw new ConfigurationError(`${path.join('.')} ${message}.`);
  }
  return {
    bootstrapServers: data['bootstrap.servers'],
    clientId: data['client.id'],
    clientRack: data['client.rack'] || undefined,
    requestTimeoutMs: data['request.timeout.ms'],
  };
}

/** Reads `host:port` or `[IPv6]:port`, after `PROTOCOL://` if that stands before it, as in `advertised.listeners`. */
export function parseAddress(server: string): Address {
  const match = /^(?:\w+:\/\/)?(?:\[([0-9a-f:.%\w]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(server);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new ConfigurationError(
      `bootstrap.servers holds ${JSON.stringify(server)}, which is no address. Write host:port with a port from 1 to 65535, e.g. kafka.example.com:9092 or [2001:db8::1]:9092.`,
    );
  }
  return { host: match[1] ?? match[2]!, port };
}
