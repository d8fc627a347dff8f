/** For `node --test --test-global-setup`: starts the Kafka that all test files of a run share, and stops it after. */
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { sharedBrokerVariable } from './shared-broker.ts';

let broker: RunningBroker | undefined;

/** Runs once, before the first test file; its environment is inherited by all of them. */
export async function globalSetup(): Promise<void> {
  if (process.env[sharedBrokerVariable]) return;
  broker = await startBroker({ heapMegabytes: 512 });
  process.env[sharedBrokerVariable] = broker.bootstrapServers;
}

/** Runs once, after the last test file. */
export async function globalTeardown(): Promise<void> {
  await broker?.stop();
}
