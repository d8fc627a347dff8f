/** What it takes to run Kafka's classes: a Java, the artifacts, their class path and archive. */
import { classPath, ensureKafka, kafkaVersion } from './artifacts.ts';
import { classArchive } from './class-archive.ts';
import { findJava, type Java } from './java.ts';

export interface KafkaRuntime {
  readonly java: Java;
  /** Kafka's release, e.g. `4.3.0`. */
  readonly version: string;
  /** Where the artifacts stand. */
  readonly folder: string;
  readonly classPath: string;
  /** Kafka's classes, loaded and checked already (see class-archive.ts). Java ignores one that does not suit it. */
  readonly classArchive: { readonly use: string } | { readonly make: string } | undefined;
}

/**
 * Finds Java, and Kafka's artifacts, which are fetched when they are missing.
 * @param onFetch called before a fetch begins
 * @param version another release than the one that Sluice brings, for tests against it
 * @throws ConfigurationError when Java or Maven is missing or too old
 */
export async function kafkaRuntime(
  onFetch?: (folder: string) => void,
  version: string = kafkaVersion,
): Promise<KafkaRuntime> {
  const java = await findJava();
  const folder = await ensureKafka(onFetch, version);
  const libraries = await classPath(folder);
  return { java, version, folder, classPath: libraries, classArchive: classArchive(folder, java) };
}
