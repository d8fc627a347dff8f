/** Kafka's client properties: reading a file of them, and showing them without their secrets. */
import { readFile } from 'node:fs/promises';
import { parse } from 'dot-properties';
import { ConfigurationError, describeError } from '../errors.ts';

/** Kafka's own client properties by the ecosystem's names, e.g. `bootstrap.servers`. */
export type ClientProperties = Readonly<Record<string, string>>;

/**
 * Reads a `client.properties` file: the syntax of java.util.Properties, in UTF-8. Of a name that occurs twice the
 * last value counts. Rejects with ConfigurationError when the file cannot be read.
 */
export async function loadProperties(file: string): Promise<ClientProperties> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(
      `The Kafka configuration ${file} cannot be read (${describeError(error)}). Give the path of a readable client.properties file.`,
      { cause: error },
    );
  }
  const properties = Object.entries(parse(text.replace(/^\uFEFF/, '')) as Record<string, string>);
  return Object.fromEntries(properties.map(([name, value]) => [name, value.trim()]));
}

/** The properties that hold secrets, by name. {@link isSecret} also knows names that are not listed here. */
export const secretProperties: readonly string[] = [
  'sasl.jaas.config',
  'sasl.oauthbearer.client.credentials.client.secret',
  'sasl.oauthbearer.client.secret',
  'sasl.oauthbearer.config',
  'sasl.oauthbearer.token',
  'sasl.password',
  'ssl.key.password',
  'ssl.key.pem',
  'ssl.keystore.key',
  'ssl.keystore.password',
  'ssl.truststore.password',
];

/** Whether a property's value must not be shown, nor be given on a command line. */
export function isSecret(name: string): boolean {
  return secretProperties.includes(name) || /password|secret|token$|jaas|private/i.test(name);
}

/** The same properties with every secret replaced by `[hidden]`, and the credentials inside of URLs too. */
export function redact(properties: ClientProperties): ClientProperties {
  const shown = Object.entries(properties).map(([name, value]) => [
    name,
    isSecret(name) ? hidden : url(value),
  ]);
  return Object.fromEntries(shown);
}

const hidden = '[hidden]';

function url(value: string): string {
  return value.replace(/(\w+:\/\/)[^/@\s]+@/g, `$1${hidden}@`);
}
