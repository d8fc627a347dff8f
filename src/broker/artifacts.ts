/** Kafka's published artifacts, fetched once by Maven into a cache folder outside any source tree. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError, SluiceError } from '../errors.ts';

const run = promisify(execFile);

/** The release of Apache Kafka that Sluice brings. */
export const kafkaVersion = '4.3.0';
/** Kafka's artifacts leave the choice of a log implementation to the user; without one its broker is mute. */
const log4jVersion = '2.25.4';
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** `$SLUICE_CACHE`, else `$XDG_CACHE_HOME/sluice`, else `~/.cache/sluice`. */
export function cacheFolder(): string {
  const { SLUICE_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  return own || join(xdg || join(homedir(), '.cache'), 'sluice');
}

/** Where this release stands once it has been fetched; its name changes whenever its content would. */
export function kafkaFolder(): string {
  return join(cacheFolder(), `kafka-${kafkaVersion}-log4j-${log4jVersion}`);
}

function pom(): string {
  const dependency = (group: string, artifact: string, version: string): string =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return [
    '<project><modelVersion>4.0.0</modelVersion>',
    '<groupId>sluice</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>',
    '<dependencies>',
    dependency('org.apache.kafka', 'kafka_2.13', kafkaVersion),
    dependency('org.apache.kafka', 'kafka-tools', kafkaVersion),
    dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', log4jVersion),
    '</dependencies></project>',
  ].join('\n');
}

async function copyWithMaven(folder: string): Promise<void> {
  await writeFile(join(folder, 'pom.xml'), pom());
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
    throw new SluiceError(`Maven could not fetch Apache Kafka ${kafkaVersion}: ${reason.trim()}`, {
      cause: error,
    });
  }
}

/**
 * Resolves with the folder of this release, fetching it first when it is not there (54 MB, half a minute). What is
 * there is complete: the folder gets its name only when all is in it, so two processes may do this at the same time.
 * @param onFetch called before a fetch begins
 * @throws ConfigurationError when Maven is missing, SluiceError when it fails
 */
export async function ensureKafka(onFetch?: (folder: string) => void): Promise<string> {
  const folder = kafkaFolder();
  if (existsSync(folder)) return folder;
  onFetch?.(folder);
  await mkdir(cacheFolder(), { recursive: true });
  const temporary = await mkdtemp(join(cacheFolder(), 'fetching-'));
  try {
    await copyWithMaven(temporary);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Java's class path of a folder that {@link ensureKafka} gave, in a stable order. */
export async function classPath(folder: string): Promise<string> {
  const names = await readdir(join(folder, 'libs'));
  return names
    .sort()
    .map((name) => join(folder, 'libs', name))
    .join(':');
}
