/** A plan as commands of Kafka's own tools. Pure. */
import type { Plan, PlannedTopic } from './facts.ts';

/** A script of `kafka-topics.sh` and `kafka-configs.sh`, for /bin/sh. */
export function commandsOf(plan: Plan): string {
  return `${[
    '#!/bin/sh',
    '# Written by sluice topic plan. BOOTSTRAP: the brokers; OPTIONS: --command-config FILE, where they want to know who asks.',
    'set -eu',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own.
    'bootstrap=${BOOTSTRAP:-127.0.0.1:9092}',
    ...plan.topics.map(topicCommand),
    ...(plan.quotas.length === 0
      ? []
      : ['', '# Quotas: of the users that they log in as; change the names to yours.']),
    ...plan.quotas.flatMap(({ who, name, value, why }) => [
      remark(why),
      `kafka-configs.sh --bootstrap-server "$bootstrap" \${OPTIONS:-} --alter --entity-type users --entity-name ${who} --add-config ${name}=${value}`,
    ]),
    '',
    '# Of the brokers, in their server.properties:',
    ...plan.brokers.flatMap(({ name, value, why }) => [remark(why), `#   ${name}=${value}`]),
  ].join('\n')}\n`;
}

function topicCommand({ name, holds, partitions, replicas, config }: PlannedTopic): string {
  const reasons = Object.entries(config).map(([key, { value, why }]) => remark(`${key}=${value}: ${why}`));
  const settings = Object.entries(config).map(([key, { value }]) => `  --config ${key}=${value}`);
  return [
    '',
    remark(`${name}: ${holds}`),
    remark(`${partitions.value} partitions: ${partitions.why}`),
    remark(`${replicas.value} replicas: ${replicas.why}`),
    ...reasons,
    [
      `kafka-topics.sh --bootstrap-server "$bootstrap" \${OPTIONS:-} --create --if-not-exists --topic ${name}`,
      `  --partitions ${partitions.value} --replication-factor ${replicas.value}`,
      ...settings,
    ].join(' \\\n'),
  ].join('\n');
}

const remark = (text: string): string => `# ${text.replaceAll('\n', ' ')}`;
