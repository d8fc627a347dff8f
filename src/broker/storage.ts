/** What stands on disk before a node's first start: its configuration, and Kafka's storage. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../errors.ts';
import { makeFolders } from '../folder.ts';
import { type JvmOptions, javaCommand, startProcess } from './jvm.ts';
import { log4jProperties } from './log4j.ts';
import { type ClusterPlan, type NodePlan, propertiesText, serverProperties } from './properties.ts';

/** Writes what a node's Java reads: its properties (which may hold passwords) and its logging. */
export async function writeConfiguration(
  folder: string,
  cluster: ClusterPlan,
  node: NodePlan,
): Promise<void> {
  await makeFolders(node.dataDir);
  await writeFile(join(folder, 'log4j2.properties'), log4jProperties);
  const text = propertiesText(serverProperties(cluster, node));
  await writeFile(join(folder, 'server.properties'), text, { mode: 0o600 });
}

/** True once the storage has been formatted. */
export function isFormatted(dataDir: string): boolean {
  return existsSync(join(dataDir, 'meta.properties'));
}

/**
 * Formats a node's storage with `kafka.tools.StorageTool`.
 * @throws SluiceError with the tool's last words
 */
export async function formatStorage(jvm: JvmOptions, clusterId: string): Promise<void> {
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
