/** HDFS itself, fetched by Maven: its namenode and its datanode, as everybody runs them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';
import { findJava } from '../../src/broker/java.ts';

const run = promisify(execFile);
const version = '3.4.3';
const folderOf = (): string => join(cacheFolder(), `hadoop-${version}`);
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

export const namenode = 'org.apache.hadoop.hdfs.server.namenode.NameNode';
export const datanode = 'org.apache.hadoop.hdfs.server.datanode.DataNode';
/** `hdfs dfsadmin`, and `hdfs dfs`. */
export const dfsAdmin = 'org.apache.hadoop.hdfs.tools.DFSAdmin';
export const shell = 'org.apache.hadoop.fs.FsShell';

function pom(): string {
  const dependency = (artifact: string): string =>
    `<dependency><groupId>org.apache.hadoop</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return [
    '<project><modelVersion>4.0.0</modelVersion>',
    '<groupId>sluice</groupId><artifactId>hdfs</artifactId><version>1</version><packaging>pom</packaging>',
    `<dependencies>${['hadoop-common', 'hadoop-hdfs', 'hadoop-hdfs-client'].map(dependency).join('')}</dependencies>`,
    '</project>',
  ].join('\n');
}

/** Resolves with the folder of Hadoop's libraries, fetched first when this machine does not have them (65 MB). */
export async function ensureHadoop(say: (text: string) => void = () => {}): Promise<string> {
  const folder = folderOf();
  if (existsSync(folder)) return folder;
  say(`fetching Hadoop ${version} to ${cacheFolder()}`);
  await mkdir(cacheFolder(), { recursive: true });
  const temporary = await mkdtemp(join(cacheFolder(), 'fetching-'));
  try {
    await writeFile(join(temporary, 'pom.xml'), pom());
    const flags = ['-q', '-B', '-f', join(temporary, 'pom.xml'), copyDependencies, '-DincludeScope=runtime'];
    await run('mvn', [...flags, `-DoutputDirectory=${join(temporary, 'libs')}`], { maxBuffer: 1 << 24 });
    // What its pages are made of is not in these libraries; without the folders it does not start.
    for (const app of ['hdfs', 'datanode', 'static'])
      await mkdir(join(temporary, 'pages', 'webapps', app), { recursive: true });
    await format(temporary);
    await rename(temporary, folder);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    if (existsSync(folder)) return folder;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'Maven is not installed (Debian: maven)' : (cause as Error).message;
    throw new Error(`Hadoop could not be fetched: ${reason}`, { cause });
  }
  return folder;
}

/** The command that runs one of Hadoop's classes with the settings in `conf`. */
export async function hadoopCommand(
  hadoop: string,
  conf: string,
  words: readonly string[],
): Promise<[string, ...string[]]> {
  const { command } = await findJava();
  const libraries = (await readdir(join(hadoop, 'libs')))
    .toSorted()
    .map((name) => join(hadoop, 'libs', name));
  return [
    command,
    ...['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'],
    // As Hadoop's own scripts say it, since Java 17.
    '--add-opens=java.base/java.lang=ALL-UNNAMED',
    ...['-cp', [conf, join(hadoop, 'pages'), ...libraries].join(':')],
    ...words,
  ];
}

/** Settings as Hadoop reads them. */
export async function writeSettings(conf: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const property = ([name, value]: [string, string]): string =>
    `<property><name>${name}</name><value>${value}</value></property>`;
  const text = `<configuration>${Object.entries(settings).map(property).join('\n')}</configuration>\n`;
  await mkdir(conf, { recursive: true });
  for (const name of ['core-site.xml', 'hdfs-site.xml']) await writeFile(join(conf, name), text);
  const log = ['log4j.rootLogger=WARN,console', 'log4j.appender.console=org.apache.log4j.ConsoleAppender'];
  log.push('log4j.appender.console.layout=org.apache.log4j.SimpleLayout');
  await writeFile(join(conf, 'log4j.properties'), `${log.join('\n')}\n`);
}

/** An empty file system costs a second to make, and is the same for everybody. */
async function format(hadoop: string): Promise<void> {
  const conf = join(hadoop, 'format');
  const name = join(hadoop, 'empty');
  await writeSettings(conf, {
    'fs.defaultFS': 'hdfs://127.0.0.1:1',
    'dfs.namenode.name.dir': `file://${name}`,
  });
  const [java, ...words] = await hadoopCommand(hadoop, conf, [namenode, '-format', '-nonInteractive']);
  await run(java, words, { maxBuffer: 1 << 24 });
  await rm(conf, { recursive: true });
}

/** Puts an empty file system where a namenode is to have its own. */
export async function copyEmpty(hadoop: string, folder: string): Promise<void> {
  await cp(join(hadoop, 'empty'), folder, { recursive: true });
}
