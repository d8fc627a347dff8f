/** A plan as resources of Strimzi: a `KafkaTopic` for each topic. */
import { createHash } from 'node:crypto';
import { Document, isScalar } from 'yaml';
import type { Plan, PlannedTopic } from './facts.ts';

/** YAML of several documents. `cluster`: the name of the `Kafka` resource, by which Strimzi's operator finds them. */
export function strimziOf(plan: Plan, cluster: string): string {
  const names = plan.topics.map(({ name }) => name);
  return plan.topics.map((topic) => documentOf(topic, resourceName(topic.name, names), cluster)).join('');
}

function documentOf(topic: PlannedTopic, resource: string, cluster: string): string {
  const { name, holds, partitions, replicas, config } = topic;
  const document = new Document({
    // Of Strimzi 0.49 and later; 1.0 has no other.
    apiVersion: 'kafka.strimzi.io/v1',
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

/** Characters of a name that Kubernetes takes. */
const longest = 253;

/** The name of a topic's resource, which no other of these has: one that Kubernetes does not take as it is may become another's. */
function resourceName(topic: string, all: readonly string[]): string {
  const plain = taken(topic);
  const isOwn = plain === topic || all.every((other) => other === topic || taken(other) !== plain);
  if (plain !== '' && isOwn) return plain;
  const digest = createHash('sha256').update(topic).digest('hex').slice(0, 8);
  return `${plain === '' ? 'topic' : plain.slice(0, longest - digest.length - 1)}-${digest}`;
}

/** What Kubernetes takes for a name: small letters, digits and dashes, and dots between what begins and ends with one of the former. */
function taken(topic: string): string {
  return topic
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .replaceAll(/[.-]*\.[.-]*/g, '.')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}
