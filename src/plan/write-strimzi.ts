/** A plan as resources of Strimzi: a `KafkaTopic` for each topic. */
import { Document, isScalar } from 'yaml';
import type { Plan, PlannedTopic } from './facts.ts';

/** YAML of several documents. `cluster`: the name of the `Kafka` resource, by which Strimzi's operator finds them. */
export function strimziOf(plan: Plan, cluster: string): string {
  return plan.topics.map((topic) => documentOf(topic, cluster)).join('');
}

function documentOf(topic: PlannedTopic, cluster: string): string {
  const { name, holds, partitions, replicas, config } = topic;
  const resource = resourceName(name);
  const document = new Document({
    apiVersion: 'kafka.strimzi.io/v1beta2',
    kind: 'KafkaTopic',
    metadata: { name: resource, labels: { 'strimzi.io/cluster': cluster } },
    spec: {
      ...(resource === name ? {} : { topicName: name }),
      partitions: partitions.value,
      replicas: replicas.value,
      config: Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, typed(value)])),
    },
  });
  document.commentBefore = ` ${name}: ${holds}`;
  comment(document, ['spec', 'partitions'], partitions.why);
  comment(document, ['spec', 'replicas'], replicas.why);
  for (const [key, { why }] of Object.entries(config)) comment(document, ['spec', 'config', key], why);
  return `---\n${document.toString({ lineWidth: 0 })}`;
}

function comment(document: Document, path: readonly string[], why: string): void {
  const node = document.getIn(path, true);
  if (isScalar(node)) node.comment = ` ${why}`;
}

/** Numbers and words of truth as such, which Strimzi's operator takes as Kafka's do. */
function typed(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

/** What Kubernetes takes for a name: small letters, digits and dashes, and dots between what begins and ends with one of the former. */
function resourceName(topic: string): string {
  return topic
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .replaceAll(/[.-]*\.[.-]*/g, '.')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}
