/** Everything that the first start would have to wait for, done ahead: the set-up calls it. */
import { describeError } from '../errors.ts';
import { kafkaVersion } from './artifacts.ts';
import { startBroker } from './broker.ts';
import { ensureClassArchive } from './class-archive.ts';
import { kafkaRuntime } from './runtime.ts';

/**
 * Fetches Kafka's artifacts, and lets one broker start and stop so that later ones start in half the time.
 * Idempotent; does nothing when nothing is missing.
 * @param say told what is done, when something is
 */
export async function prepareKafka(say: (text: string) => void): Promise<void> {
  const runtime = await kafkaRuntime((folder) => {
    say(`fetching Apache Kafka ${kafkaVersion} into ${folder} (54 MB, once)`);
  });
  const making = ensureClassArchive(runtime.folder, runtime.java, async (make) => {
    say('starting Kafka once to keep its loaded classes');
    const broker = await startBroker({ runtime: { ...runtime, classArchive: { make } } });
    try {
      // A temporary broker is killed by stop(), but only an orderly exit writes the archive.
      await Promise.all(broker.nodes.map((node) => node.stop()));
    } finally {
      await broker.stop();
    }
  });
  // It only saves time. What is wrong for good will be said by the start that is wanted.
  await making.catch((error: unknown) =>
    say(`Kafka starts without its loaded classes: ${describeError(error)}`),
  );
}
