/** The Kafka that all finders share which need one; started when the first of them asks. */
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { sharedBrokerVariable } from '../support/shared-broker.ts';

/** Test files that run without Kafka: units, and flows through memory. */
const withoutKafka = /^(src|test\/(flow|models|delivery|house|contracts))\//;

export class Environment {
  #broker: Promise<RunningBroker> | undefined;

  /** What a finder is to have in its environment. */
  async of(finder: string): Promise<Readonly<Record<string, string>>> {
    // Seekers start brokers of their own, that they may kill.
    if (!finder.startsWith('test/') || withoutKafka.test(finder)) return {};
    this.#broker ??= startBroker({ heapMegabytes: 512 });
    return { [sharedBrokerVariable]: (await this.#broker).bootstrapServers };
  }

  async close(): Promise<void> {
    await (await this.#broker?.catch(() => undefined))?.stop();
  }
}
