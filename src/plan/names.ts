/** Names of topics that Kafka would refuse, or that would be one topic where two are planned. Pure. */
import { ConfigurationError } from '../errors.ts';
import type { PlannedTopic } from './facts.ts';

/** Characters of a topic's name. */
const longest = 249;

const advice = 'plan with another --topic or --live-topic';

/** Throws ConfigurationError where these cannot stand beside each other. */
export function mustStandTogether(topics: readonly Pick<PlannedTopic, 'name'>[]): void {
  // Figures of a broker have underscores where names have dots; of two names that are one there Kafka refuses the second.
  const known = new Map<string, string>();
  for (const { name } of topics) {
    if (name.length > longest)
      throw new ConfigurationError(
        `${name} is no topic: it has ${name.length} characters, and Kafka takes ${longest}; plan with a shorter --topic or --live-topic`,
      );
    const counted = name.replaceAll('.', '_');
    const other = known.get(counted);
    if (other === name)
      throw new ConfigurationError(`${name} would be two topics of different kinds: ${advice}`);
    if (other !== undefined)
      throw new ConfigurationError(
        `${name} and ${other} cannot stand beside each other: to Kafka a dot and an underscore are the same there; ${advice}`,
      );
    known.set(counted, name);
  }
}
