import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import type { Source, SourceFile } from '../../stores/contract.ts';
import { KeptFiles } from './kept-files.ts';

test('That the configuration may not be read is told once, of a file that may be larger than what is kept', async () => {
  const told: string[] = [];
  // Neither Kafka nor the source is asked for anything.
  const [kafka, source] = [{} as Kafka, {} as Source];
  const topic = { name: 'files', config: {} } as TopicDescription;
  const how = { compression: 'auto', bandwidth: () => undefined, beyond: false } as const;
  const kept = new KeptFiles({ kafka, source, topic, ...how, warn: (message) => told.push(message) });
  const file = (size: number) => ({ path: 'film', size }) as SourceFile;
  assert.equal(await kept.refusal(file(1024 ** 3 - 1)), undefined);
  assert.deepEqual(told, []);
  for (const size of [1024 ** 3, 1024 ** 4]) assert.equal(await kept.refusal(file(size)), undefined);
  assert.equal(told.length, 1);
  assert.match(told[0]!, /files keeps may not be read \(DescribeConfigs\)/);
});
