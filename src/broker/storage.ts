/** What stands on disk before a node's first start: its configuration, and Kafka's storage. */
import { existsSync } from 'node:fs';
import { copyFile, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../errors.ts';
import { makeFolders } from '../folder.ts';
import { newKafkaUuid } from './data-folder.ts';
import { type JvmOptions, javaCommand, startProcess } from './jvm.ts';
import { log4jProperties } from './log4j.ts';
import { type NodePlan, propertiesText } from './properties.ts';

/** Writes what a node's Java reads: its properties (which may hold passwords) and its logging. */
export async function writeConfiguration(
  folder: string,
  node: Pick<NodePlan, 'dataDir'>,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  await makeFolders(node.dataDir);
  await writeFile(join(folder, 'log4j2.properties'), log4jProperties);
  await writeFile(join(folder, 'server.properties'), propertiesText(properties), { mode: 0o600 });
}

/** What says whose storage it is: it is formatted once this stands there. */
const storageOwner = 'meta.properties';
/** The features that a new cluster has, and their levels: the same for all nodes of a release. */
const beginning = 'bootstrap.checkpoint';

/**
 * Makes a node's storage, if it has none: by Kafka's own tool, and as that tool did it once it has done it for this release. Each call of
 * the tool is a Java that starts: ADR 200.
 * @throws SluiceError with the tool's last words
 */
export async function prepareStorage(
  jvm: JvmOptions,
  node: Pick<NodePlan, 'id' | 'dataDir'>,
  clusterId: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const owner = join(node.dataDir, storageOwner);
  if (existsSync(owner)) return;
  const kept = join(jvm.runtime.folder, beginning);
  const usual = isUsual(properties, node.dataDir);
  if (usual && (await isKept(kept))) {
    await copyFile(kept, join(node.dataDir, beginning));
    await makeDurable(join(node.dataDir, beginning));
    const ids = { 'node.id': String(node.id), 'directory.id': newKafkaUuid(), 'cluster.id': clusterId };
    await replaceBy(owner, (file) => writeFile(file, propertiesText({ version: '1', ...ids })));
    return;
  }
  await formatStorage(jvm, clusterId);
  // It only saves time: the cache may be somebody else's.
  if (usual) await replaceBy(kept, (file) => copyFile(join(node.dataDir, beginning), file)).catch(() => {});
}

/** Nothing is asked for that would make another beginning, or put it elsewhere. */
function isUsual(properties: Readonly<Record<string, string>>, dataDir: string): boolean {
  const others = ['log.dir', 'metadata.log.dir'].some((name) => properties[name] !== undefined);
  const unstable = Object.keys(properties).some((name) => name.startsWith('unstable.'));
  return properties['log.dirs'] === dataDir && !others && !unstable;
}

/** False also for an empty file, as a cut of power may have left it: no broker starts with that, and nobody would make it anew. */
async function isKept(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isFile() && stats.size > 0,
    () => false,
  );
}

/** The name appears when the file is complete, and durable, as when Kafka's tool had made it. */
async function replaceBy(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${file}.${newKafkaUuid()}`;
  try {
    await write(temporary);
    await makeDurable(temporary);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function makeDurable(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
}

/** Formats a node's storage with `kafka.tools.StorageTool`. */
async function formatStorage(jvm: JvmOptions, clusterId: string): Promise<void> {
  const { folder } = jvm;
  const { classArchive } = jvm.runtime;
  const ready = classArchive && 'use' in classArchive ? classArchive : undefined;
  const formatter = { ...jvm, runtime: { ...jvm.runtime, classArchive: ready } };
  const args = ['format', '--cluster-id', clusterId, '--config', join(folder, 'server.properties')];
  const command = javaCommand(formatter, 'kafka.tools.StorageTool', args);
  const output = join(folder, 'format.log');
  const child = startProcess(command, output, { boundTo: 'parent', removeFolder: undefined });
  child.ref();
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code === 0) return;
  const lines = (await readFile(output, 'utf8')).trim().split('\n');
  // The tool ends in a stack trace, whose first line says what is wrong.
  const words = lines
    .filter((line) => !line.startsWith('\tat '))
    .slice(-5)
    .join('\n');
  throw new SluiceError(`Kafka could not prepare its storage in ${folder}:\n${words}`);
}
