/** The Kafka that tests run against: one for the whole `npm test`, or one of its own for a file that runs alone. */
import { after } from 'node:test';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { sharedBrokerVariable } from './shared-broker.ts';

let own: Promise<RunningBroker> | undefined;

// At import, so that it is the file's own hook and not that of the test that asks first.
after(async () => {
  const broker = await own?.catch(() => undefined);
  await broker?.stop();
});

/**
 * A real Kafka with one node. It is shared: use topics, groups and names of your own (see uniqueTopic), change nothing
 * cluster-wide, and never stop it. A test that must do so starts its own by startBroker.
 */
export async function testBroker(): Promise<{ readonly bootstrapServers: string }> {
  const shared = process.env[sharedBrokerVariable];
  if (shared) return { bootstrapServers: shared };
  own ??= startBroker();
  return await own;
}
