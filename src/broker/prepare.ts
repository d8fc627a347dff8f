/** Everything that the first start would have to wait for, done ahead: the set-up calls it. */
import type { Logger } from '../log.ts';
import { kafkaVersion } from './artifacts.ts';
import { startBroker } from './broker.ts';
import { ensureClassArchive } from './class-archive.ts';
import { kafkaRuntime } from './runtime.ts';

/**
 * Fetches Kafka's artifacts, and lets one broker start and stop so that later ones start in half the time.
 * Idempotent; does nothing when nothing is missing.
 */
export async function prepareKafka(logger: Logger): Promise<void> {
  const runtime = await kafkaRuntime((folder) => {
    logger.info(`fetching Apache Kafka ${kafkaVersion} into ${folder} (54 MB, once)`);
  });
  await ensureClassArchive(runtime.folder, runtime.java, async (make) => {
    logger.info('starting Kafka once to keep its loaded classes');
    const broker = await startBroker({ runtime: { ...runtime, classArchive: { make } } });
    try {
      // A temporary broker is killed by stop(), but only an orderly exit writes the archive.
      await Promise.all(broker.nodes.map((node) => node.stop()));
    } finally {
      await broker.stop();
    }
  });
}
