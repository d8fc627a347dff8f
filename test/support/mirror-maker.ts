/** MirrorMaker 2 as everybody runs it, fetched by Maven: a process that copies topics from one cluster to another. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaVersion } from '../../src/broker/artifacts.ts';
import { cacheFolder } from '../../src/broker/default-folders.ts';
import { findJava } from '../../src/broker/java.ts';
import { startProcess } from '../../src/broker/jvm.ts';
import type { Owner } from './owner.ts';

const run = promisify(execFile);
const log4jVersion = '2.25.4';
const folderOf = (): string => join(cacheFolder(), `connect-mirror-${kafkaVersion}`);
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

function pom(): string {
  const dependency = (group: string, artifact: string, version: string): string =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return [
    '<project><modelVersion>4.0.0</modelVersion>',
    '<groupId>sluice</groupId><artifactId>mirror</artifactId><version>1</version><packaging>pom</packaging><dependencies>',
    dependency('org.apache.kafka', 'connect-mirror', kafkaVersion),
    dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', log4jVersion),
    '</dependencies></project>',
  ].join('\n');
}

/** Resolves with the folder of its libraries, fetched first when this machine does not have them (36 MB). */
export async function ensureMirrorMaker(say: (text: string) => void = () => {}): Promise<string> {
  const folder = folderOf();
  if (existsSync(folder)) return folder;
  say(`fetching MirrorMaker 2 of Kafka ${kafkaVersion} to ${cacheFolder()}`);
  await mkdir(cacheFolder(), { recursive: true });
  const temporary = await mkdtemp(join(cacheFolder(), 'fetching-'));
  try {
    await writeFile(join(temporary, 'pom.xml'), pom());
    const flags = ['-q', '-B', '-f', join(temporary, 'pom.xml'), copyDependencies, '-DincludeScope=runtime'];
    await run('mvn', [...flags, `-DoutputDirectory=${join(temporary, 'libs')}`], { maxBuffer: 1 << 24 });
    await rename(temporary, folder);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    if (existsSync(folder)) return folder;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'Maven is not installed (Debian: maven)' : (cause as Error).message;
    throw new Error(`MirrorMaker 2 could not be fetched: ${reason}`, { cause });
  }
  return folder;
}

/** Warnings and errors of all, and what its own classes say. */
const log = (file: string): string => `status = error
appender.file.type = File
appender.file.name = file
appender.file.fileName = ${file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
logger.plugins.name = org.apache.kafka.connect.runtime.isolation
logger.plugins.level = warn
logger.admin.name = org.apache.kafka.clients.admin.internals
logger.admin.level = warn
`;

export interface MirrorMaker {
  readonly pid: number;
  readonly hasEnded: boolean;
  /** What it has logged, all runs in this folder. */
  log(): Promise<string>;
  /** Ends it in good order, or at once. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts it by a configuration; `folder` gets its log. It is killed when its owner ends, at the latest. */
export async function startMirrorMaker(
  owner: Owner,
  folder: string,
  configuration: string,
): Promise<MirrorMaker> {
  const libraries = join(await ensureMirrorMaker(), 'libs');
  const jars = (await readdir(libraries)).toSorted().map((name) => join(libraries, name));
  const logFile = join(folder, 'mirror.log');
  await writeFile(join(folder, 'log4j2.properties'), log(logFile));
  const { command } = await findJava();
  const child = startProcess(
    [
      command,
      ...['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'],
      `-Dlog4j2.configurationFile=${join(folder, 'log4j2.properties')}`,
      ...['-cp', jars.join(':'), 'org.apache.kafka.connect.mirror.MirrorMaker', configuration],
    ],
    join(folder, 'mirror.out'),
    { boundTo: 'parent', removeFolder: undefined },
  );
  child.ref();
  const gone = once(child, 'exit');
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  owner.after(() => stop('SIGKILL'));
  return {
    pid: child.pid!,
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    log: () => readFile(logFile, 'utf8').catch(() => ''),
    stop,
  };
}
