/** How every verb reaches Kafka: its flags, and the properties that flags, environment and file add up to. */
import { placeIn, propertyOf, type Sources } from '../config.ts';
import { ConfigurationError } from '../errors.ts';
import { type ClientProperties, isSecret } from '../kafka/properties.ts';
import { kafkaPropertyOf } from './environment.ts';
import { optional, repeated, required } from './flags.ts';
import { duration, path, text, topicName } from './values.ts';

export const defaultBootstrapServers = '127.0.0.1:9092';

export const connectionFlags = {
  bootstrapServers: optional(
    'bootstrap-servers',
    'LIST',
    text,
    'brokers to connect to first: HOST:PORT, several with commas between',
    defaultBootstrapServers,
  ),
  config: optional(
    'config',
    'FILE',
    path,
    "a Kafka client.properties file; it may hold Sluice's own settings too",
  ),
  property: repeated('property', 'NAME=VALUE', 'a Kafka client property; never a secret one', '-X'),
} as const;

export const topicFlag = required('topic', 'TOPIC', topicName, 'the topic that holds the files');

/** Milliseconds: what ends by itself must not hang for ever in somebody's cron job. */
export const onceGivesUpAfter = 300_000;

/** Milliseconds: somebody sits and waits for the answer. */
export const readerGivesUpAfter = 30_000;

/** The flag of verbs that give up by themselves; `shownDefault` says when. */
export function giveUpFlag(shownDefault: string) {
  return optional(
    'give-up-after',
    'TIME',
    duration,
    'end with exit code 4 when no broker answers for so long',
    shownDefault,
  );
}

/** Where a Kafka property has its value from, as errors name places. */
export function kafkaPlaceOf(property: string, { flags, environment, file }: Sources): string {
  const isBootstrap = property === 'bootstrap.servers';
  if (isBootstrap && typeof flags['bootstrap-servers'] === 'string') return '--bootstrap-servers';
  if (pairsOf(flags.property).some(([name]) => name === property)) return '-X';
  const variable = Object.keys(environment).findLast(
    (name) => kafkaPropertyOf(name) === property && environment[name] !== '',
  );
  if (variable !== undefined) return `${variable} (environment)`;
  const ours = propertyOf('bootstrap-servers');
  if (isBootstrap && file?.properties[ours] !== undefined) return placeIn(file, ours);
  return file?.properties[property] === undefined ? 'default' : placeIn(file, property);
}

/**
 * Kafka's client properties: `--bootstrap-servers`, then `-X`, then the environment, then the file, then the default.
 * Throws ConfigurationError for an `-X` that is no pair or is secret; its message never holds the value.
 */
export function kafkaProperties({ flags, environment, file }: Sources): ClientProperties {
  const properties: Record<string, string> = { 'bootstrap.servers': defaultBootstrapServers };
  for (const [name, value] of Object.entries(file?.properties ?? {})) {
    if (!name.startsWith('sluice.')) properties[name] = value;
  }
  const bootstrapOfSluice = file?.properties[propertyOf('bootstrap-servers')];
  if (bootstrapOfSluice !== undefined) properties['bootstrap.servers'] = bootstrapOfSluice;
  for (const [variable, value] of Object.entries(environment)) {
    const property = kafkaPropertyOf(variable);
    if (property !== undefined && value !== undefined && value !== '') properties[property] = value;
  }
  for (const [name, value] of pairsOf(flags.property)) properties[name] = value;
  const bootstrap = flags['bootstrap-servers'];
  if (typeof bootstrap === 'string') properties['bootstrap.servers'] = bootstrap;
  return properties;
}

function pairsOf(written: Sources['flags'][string]): [name: string, value: string][] {
  return (Array.isArray(written) ? written : []).map((pair: string) => {
    const equals = pair.indexOf('=');
    const name = (equals < 0 ? pair : pair.slice(0, equals)).trim();
    // Judged before the form is: a secret without its `=` must not be printed either.
    if (isSecret(name.toLowerCase())) throw secretOnArgv(name);
    if (equals < 1)
      throw new ConfigurationError(`-X: "${pair}" is no pair; write NAME=VALUE, e.g. -X client.id=till-7`);
    return [name, pair.slice(equals + 1).trim()];
  });
}

function secretOnArgv(name: string): ConfigurationError {
  const variable = `SLUICE_${name.toUpperCase().replaceAll('.', '_')}`;
  return new ConfigurationError(
    `-X: ${name} is a secret, and flags can be seen by every user of this machine; ` +
      `set ${variable}, or write it into the --config file`,
  );
}
