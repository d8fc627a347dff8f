/** Kafka's published artifacts, fetched once by Maven into a cache folder outside any source tree. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError, describeError, SluiceError } from '../errors.ts';
import { makeFolders } from '../folder.ts';
import { cacheFolder } from './default-folders.ts';

const run = promisify(execFile);

/** The release of Apache Kafka that Sluice brings. */
export const kafkaVersion = '4.3.0';
/** Kafka's artifacts leave the choice of a log implementation to the user; without one its broker is mute. */
const log4jVersion = '2.25.4';
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Where a release stands once it has been fetched; its name changes whenever its content would. */
export function kafkaFolder(version: string = kafkaVersion): string {
  return join(cacheFolder(), `kafka-${version}-log4j-${log4jVersion}`);
}

function isBefore4(version: string): boolean {
  return Number.parseInt(version, 10) < 4;
}

function pom(version: string): string {
  const dependency = (group: string, artifact: string, release: string, without = ''): string =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${release}</version>${without}</dependency>`;
  // Releases before 4.0 bring a log of their own; log4j 2 stands in for it, so that all releases are set up alike.
  const exclusion = (group: string, artifact: string): string =>
    `<exclusion><groupId>${group}</groupId><artifactId>${artifact}</artifactId></exclusion>`;
  const ownLog = `<exclusions>${exclusion('ch.qos.reload4j', 'reload4j')}${exclusion('org.slf4j', 'slf4j-reload4j')}</exclusions>`;
  return [
    '<project><modelVersion>4.0.0</modelVersion>',
    '<groupId>sluice</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>',
    '<dependencies>',
    dependency('org.apache.kafka', 'kafka_2.13', version, ownLog),
    dependency('org.apache.kafka', 'kafka-tools', version, ownLog),
    dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', log4jVersion),
    ...(isBefore4(version) ? [dependency('org.apache.logging.log4j', 'log4j-1.2-api', log4jVersion)] : []),
    '</dependencies></project>',
  ].join('\n');
}

async function copyWithMaven(folder: string, version: string): Promise<void> {
  await writeFile(join(folder, 'pom.xml'), pom(version));
  const flags = ['-q', '-B', '-f', join(folder, 'pom.xml'), copyDependencies, '-DincludeScope=runtime'];
  try {
    await run('mvn', [...flags, `-DoutputDirectory=${join(folder, 'libs')}`], { maxBuffer: 1 << 24 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new ConfigurationError(
        'Maven is not installed; it fetches Apache Kafka for the embedded broker. ' +
          'Install it (Debian, Ubuntu: apt-get install maven; macOS: brew install maven) and start again.',
      );
    }
    const output = (error as { stdout?: string }).stdout ?? '';
    const reason = output.split('\n').find((line) => line.includes('ERROR')) ?? String(error);
    throw new SluiceError(`Maven could not fetch Apache Kafka ${version}: ${reason.trim()}`, {
      cause: error,
    });
  }
}

/**
 * Resolves with the folder of a release, fetching it first when it is not there (54 MB, half a minute). What is
 * there is complete: the folder gets its name only when all is in it, so two processes may do this at the same time.
 * @param onFetch called before a fetch begins
 * @param version another release than the one that Sluice brings, for tests against it
 * @throws ConfigurationError when Maven or a folder to write is missing, SluiceError when it fails
 */
export async function ensureKafka(
  onFetch?: (folder: string) => void,
  version: string = kafkaVersion,
): Promise<string> {
  const folder = kafkaFolder(version);
  if (existsSync(folder)) return folder;
  onFetch?.(folder);
  const temporary = await makeFolder(cacheFolder());
  try {
    await copyWithMaven(temporary, version);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function makeFolder(cache: string): Promise<string> {
  try {
    await makeFolders(cache);
    return await mkdtemp(join(cache, 'fetching-'));
  } catch (cause) {
    throw new ConfigurationError(
      `Apache Kafka cannot be kept in ${cache} (${describeError(cause)}): name a folder that you may write in the variable SLUICE_CACHE`,
      { cause },
    );
  }
}

/** Java's class path of a folder that {@link ensureKafka} gave, in a stable order. */
export async function classPath(folder: string): Promise<string> {
  const names = await readdir(join(folder, 'libs'));
  return names
    .sort()
    .map((name) => join(folder, 'libs', name))
    .join(':');
}
