/** What it takes to run Kafka's classes: a Java, the artifacts, their class path and archive. */
import { classPath, ensureKafka } from './artifacts.ts';
import { classArchive } from './class-archive.ts';
import { findJava, type Java } from './java.ts';

export interface KafkaRuntime {
  readonly java: Java;
  /** Where the artifacts stand. */
  readonly folder: string;
  readonly classPath: string;
  /** Kafka's classes, loaded and checked already (see class-archive.ts). Java ignores one that does not suit it. */
  readonly classArchive: { readonly use: string } | { readonly make: string } | undefined;
}

/**
 * Finds Java, and Kafka's artifacts, which are fetched when they are missing.
 * @param onFetch called before a fetch begins
 * @throws ConfigurationError when Java or Maven is missing or too old
 */
export async function kafkaRuntime(onFetch?: (folder: string) => void): Promise<KafkaRuntime> {
  const java = await findJava();
  const folder = await ensureKafka(onFetch);
  return { java, folder, classPath: await classPath(folder), classArchive: classArchive(folder, java) };
}
