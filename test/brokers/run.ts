/**
 * Runs the tests that concern brokers against other releases of Apache Kafka than the one that Sluice brings.
 * `node test/brokers/run.ts VERSION...`, e.g. `3.6.2 3.9.1 4.0.0`; without any, the newest of each release line that we
 * support, the oldest first, and the last one that is refused. Exit code 1 when a test fails.
 */
import { spawn } from 'node:child_process';
import { startBroker } from '../../src/broker/broker.ts';
import { kafkaRuntime } from '../../src/broker/runtime.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { KafkaError } from '../../src/kafka/contract.ts';
import { sharedBrokerVariable } from '../support/shared-broker.ts';

/** The newest release that is too old for us. */
const tooOld = '3.5.2';

const lines = [tooOld, '3.6.2', '3.7.2', '3.8.1', '3.9.1', '4.0.0', '4.1.0', '4.2.0', '4.3.0'];

/** What speaks to brokers most directly; all else stands above. */
const files = [
  'test/integration/kafka-contract.test.ts',
  'test/integration/kafka-client.test.ts',
  'test/integration/kafka-formats.test.ts',
  'test/integration/kafka-groups.test.ts',
  'test/integration/kafka-membership.test.ts',
];

async function testAgainst(version: string): Promise<boolean> {
  const runtime = await kafkaRuntime((folder) => console.log(`fetching ${version} into ${folder}`), version);
  const broker = await startBroker({ runtime });
  try {
    const child = spawn(
      process.execPath,
      ['--test', '--test-reporter=dot', '--test-concurrency=1', '--test-timeout=180000', ...files],
      { stdio: 'inherit', env: { ...process.env, [sharedBrokerVariable]: broker.bootstrapServers } },
    );
    return await new Promise<boolean>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code === 0));
    });
  } finally {
    await broker.stop();
  }
}

async function refuses(version: string): Promise<boolean> {
  const broker = await startBroker({ runtime: await kafkaRuntime(undefined, version) });
  const kafka = createKafka({ properties: { 'bootstrap.servers': broker.bootstrapServers } });
  try {
    const answer = await kafka.describeCluster().catch((error: unknown) => error);
    console.log(answer instanceof Error ? answer.message : `Kafka ${version} was not refused`);
    return answer instanceof KafkaError && answer.kind === 'unsupported' && /3\.5.*3\.6/.test(answer.message);
  } finally {
    await kafka.close();
    await broker.stop();
  }
}

const chosen = process.argv.slice(2);
const outcomes: [string, boolean][] = [];
for (const version of chosen.length > 0 ? chosen : lines) {
  const isTooOld = version === tooOld;
  outcomes.push([version, await (isTooOld ? refuses(version) : testAgainst(version))]);
}
for (const [version, passed] of outcomes)
  console.log(`Apache Kafka ${version}: ${passed ? 'passed' : 'FAILED'}`);
if (outcomes.some(([, passed]) => !passed)) process.exitCode = 1;
