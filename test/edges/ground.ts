/** Two clusters that ask for a password, the properties by which they are reached, and the command line at each of them. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import type { Owner } from '../support/owner.ts';
import type { Finished } from '../support/process.ts';
import { runSluice } from '../support/sluice.ts';
import { type FollowedSluice, followSluice } from '../support/sluice-events.ts';

const module = 'org.apache.kafka.common.security.plain.PlainLoginModule';

/** A cluster of the two. */
export interface Side {
  readonly name: string;
  readonly broker: RunningBroker;
  /** Its client.properties. */
  readonly file: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Without a password, for witnesses. */
  readonly bootstrapServers: string;
  /** Runs `sluice ARGS` there, to its end. */
  run(...args: readonly string[]): Promise<Finished>;
  /** The same; rejects unless it ends with 0. Resolves with what it wrote. */
  ok(...args: readonly string[]): Promise<string>;
  /** Starts `sluice ARGS --json` there. */
  follow(...args: readonly string[]): FollowedSluice;
}

export async function openSide(owner: Owner, folder: string, name: string): Promise<Side> {
  const password = `${name}-secret`;
  const broker = await startBroker({
    listeners: { SASL: { protocol: 'SASL_PLAINTEXT' } },
    properties: {
      'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.sasl.plain.sasl.jaas.config': `${module} required user_relay="${password}";`,
    },
  });
  owner.after(() => broker.stop());
  const file = join(folder, `${name}.properties`);
  const properties = {
    'bootstrap.servers': broker.listeners.SASL!,
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'PLAIN',
    'sasl.username': 'relay',
    'sasl.password': password,
  };
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  const run = (...args: readonly string[]): Promise<Finished> => runSluice([...args, '--config', file]);
  return {
    name,
    broker,
    file,
    properties,
    bootstrapServers: broker.bootstrapServers,
    run,
    async ok(...args) {
      const { code, stdout, stderr } = await run(...args);
      assert.equal(code, 0, `sluice ${args.join(' ')} at ${name}: ${stderr}${stdout.slice(-2000)}`);
      return stdout;
    },
    follow(...args) {
      const followed = followSluice([...args, '--config', file]);
      owner.after(() => followed.kill());
      return followed;
    },
  };
}
