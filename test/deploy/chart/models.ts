/** What Kubernetes, KEDA, the Prometheus operator and Strimzi take, by their schemas. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { cacheFolder } from '../../../src/broker/default-folders.ts';
import { describeError } from '../../../src/errors.ts';
import type { Manifest } from './helm.ts';

const modules = join(cacheFolder(), 'chart-models', 'node_modules');
const monitored = '@kubernetes-models/prometheus-operator';
const packages: readonly (readonly [group: RegExp, name: string])[] = [
  [/^keda\.sh\//, '@kubernetes-models/keda'],
  [/^monitoring\.coreos\.com\//, monitored],
  [/./, 'kubernetes-models'],
];

/** By Strimzi's own reference of KafkaTopicSpec and KafkaUserSpec: nobody has these as a package. */
const topic = z.strictObject({
  topicName: z.string().regex(/^[A-Za-z0-9._-]{1,249}$/),
  partitions: z.int().min(1),
  replicas: z.int().min(1).max(32767).optional(),
  config: z.record(z.string(), z.union([z.string(), z.number()])),
});
const operations = [
  ...['Read', 'Write', 'Create', 'Delete', 'Alter', 'Describe', 'ClusterAction', 'AlterConfigs'],
  ...['DescribeConfigs', 'IdempotentWrite', 'All'],
] as const;
const user = z.strictObject({
  authentication: z.strictObject({ type: z.enum(['tls', 'tls-external', 'scram-sha-512']) }),
  authorization: z.strictObject({
    type: z.literal('simple'),
    acls: z.array(
      z.strictObject({
        resource: z.union([
          z.strictObject({ type: z.literal('cluster') }),
          z.strictObject({
            type: z.enum(['topic', 'group', 'transactionalId']),
            name: z.string().min(1),
            patternType: z.enum(['literal', 'prefix']),
          }),
        ]),
        operations: z.array(z.enum(operations)).min(1),
      }),
    ),
  }),
});
/** What KEDA leaves to each trigger. */
const triggers = z.array(
  z.union([
    z.object({
      type: z.literal('kafka'),
      metadata: z.strictObject({
        bootstrapServers: z.string().min(3),
        consumerGroup: z.string().min(1),
        topic: z.string().min(1),
        lagThreshold: z.string().regex(/^\d+$/),
      }),
    }),
    z.object({
      type: z.literal('prometheus'),
      metadata: z.strictObject({
        serverAddress: z.url(),
        query: z.string().min(1),
        threshold: z.string().regex(/^\d+$/),
      }),
    }),
  ]),
);

type Model = new (data: object) => { validate(): void };

/** A name as Kubernetes has them for most objects, and that of a Service. */
const dnsName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const serviceName = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What is wrong with an object; empty: nothing. */
export async function faultsOf(object: Manifest): Promise<readonly string[]> {
  const said = `${object.kind} ${object.metadata.name}`;
  try {
    const form = object.kind === 'Service' ? serviceName : dnsName;
    if (typeof object.metadata.name !== 'string' || !form.test(object.metadata.name))
      return [`${said} is no name`];
    for (const [name, value] of Object.entries(object.metadata.labels))
      if (typeof value !== 'string') return [`${said}: the label ${name} is no text`];
    if (object.apiVersion.startsWith('kafka.strimzi.io/')) {
      (object.kind === 'KafkaTopic' ? topic : user).parse(object.spec);
      return [];
    }
    if (object.kind === 'ScaledObject') triggers.parse((object.spec as { triggers: unknown }).triggers);
    const Model = await modelOf(object);
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${said}: ${describeError(error)}`];
  }
}

async function modelOf({ apiVersion, kind }: Manifest): Promise<Model> {
  const name = packages.find(([group]) => group.test(apiVersion))![1];
  const file = join(modules, name, apiVersion, `${kind}.js`);
  const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, Model>>;
  return module[kind]!;
}
