/** Connecting with some properties: what works moves a record there and back, what does not says why. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { createKafka, type KafkaOptions } from '../../../src/kafka/client.ts';
import type { Kafka } from '../../../src/kafka/contract.ts';
import type { ClientProperties } from '../../../src/kafka/properties.ts';
import { uniqueTopic } from '../../support/unique.ts';
import type { SecureCluster } from './cluster.ts';

/** Gives the cluster once it runs. */
export type GetCluster = () => SecureCluster;

export function client(
  t: TestContext,
  properties: ClientProperties,
  options: Partial<KafkaOptions> = {},
): Kafka {
  const kafka = createKafka({ properties, ...options });
  t.after(() => kafka.close());
  return kafka;
}

/** Creates a topic, appends a record and reads it, all over the listener that the properties name. */
export async function roundTrip(t: TestContext, properties: ClientProperties): Promise<void> {
  const kafka = client(t, properties);
  const topic = uniqueTopic('security');
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const value = Buffer.alloc(200_000, 'sluice');
  await kafka.producer().append(topic, 0, { value });
  let read: Buffer | undefined;
  for await (const batch of kafka.consumer({ topic, from: new Map([[0, 0]]), until: new Map([[0, 1]]) })) {
    read = Buffer.from(batch.records[0]!.value!);
    batch.release();
  }
  assert.ok(read?.equals(value));
}

/** What must never be shown: the passwords, the same in base64 (also behind `till:`), and signed tokens. */
export const secrets = /gehe1m|Z2VoZTFt|nZWhlMW|eyJ/;

/**
 * The error of a connection that must not come about. Fails when it does, and when a secret is in the error, in its
 * causes, in the status or in the log.
 */
export async function refusal(
  t: TestContext,
  properties: ClientProperties,
): Promise<Error & { kind?: string }> {
  const told: unknown[] = [];
  const logger = pino({ level: 'trace' }, { write: (line) => told.push(line) });
  const onStatus = (status: unknown) => told.push(status);
  const attempt = async () => client(t, properties, { giveUpAfter: 500, onStatus, logger }).describeCluster();
  const error = await attempt().then(
    () => assert.fail('the connection came about'),
    (reason: Error) => reason,
  );
  assert.doesNotMatch(inspect([error, told], { depth: 20 }), secrets);
  return error;
}

/** Asserts that an attempt ends with a KafkaError `authentication` whose message says this. */
export async function assertRefused(
  t: TestContext,
  properties: ClientProperties,
  message: RegExp,
): Promise<void> {
  const error = await refusal(t, properties);
  assert.equal(error.kind, 'authentication', error.message);
  assert.match(error.message, message);
}
