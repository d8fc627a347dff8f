/** What stands on disk before a node's first start: its configuration, and Kafka's storage. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../errors.ts';
import { type JvmOptions, javaCommand, startProcess } from './jvm.ts';
import { log4jProperties } from './log4j.ts';
import { type ClusterPlan, type NodePlan, propertiesText, serverProperties } from './properties.ts';

/** Writes what a node's Java reads: its properties (which may hold passwords) and its logging. */
export async function writeConfiguration(
  folder: string,
  cluster: ClusterPlan,
  node: NodePlan,
): Promise<void> {
  await mkdir(node.dataDir, { recursive: true });
  await writeFile(join(folder, 'log4j2.properties'), log4jProperties);
  const text = propertiesText(serverProperties(cluster, node));
  await writeFile(join(folder, 'server.properties'), text, { mode: 0o600 });
}

/** A user that the cluster knows from its first start, for SCRAM. Kafka's tool allows neither commas nor quotation marks in them. */
export interface ScramUser {
  readonly name: string;
  readonly password: string;
  /** Default: both. */
  readonly mechanism?: 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
}

/** True once the storage has been formatted. */
export function isFormatted(dataDir: string): boolean {
  return existsSync(join(dataDir, 'meta.properties'));
}

function scramArguments(users: readonly ScramUser[]): string[] {
  return users.flatMap(({ name, password, mechanism }) =>
    (mechanism ? [mechanism] : ['SCRAM-SHA-256', 'SCRAM-SHA-512']).flatMap((word) => [
      '--add-scram',
      `${word}=[name=${name},password=${password}]`,
    ]),
  );
}

/**
 * Formats a node's storage with `kafka.tools.StorageTool`.
 * @throws SluiceError with the tool's last words
 */
export async function formatStorage(
  jvm: JvmOptions,
  clusterId: string,
  scramUsers: readonly ScramUser[],
): Promise<void> {
  const { folder } = jvm;
  const output = join(folder, 'format.log');
  // Passwords must not stand on a command line: the tool reads its arguments from a file of ours.
  const argumentFile = join(folder, 'format.arguments');
  const args = ['format', '--cluster-id', clusterId, '--config', join(folder, 'server.properties')];
  await writeFile(argumentFile, [...args, ...scramArguments(scramUsers)].join('\n'), { mode: 0o600 });
  try {
    const { classArchive } = jvm.runtime;
    const ready = classArchive && 'use' in classArchive ? classArchive : undefined;
    const formatter = { ...jvm, runtime: { ...jvm.runtime, classArchive: ready } };
    const command = javaCommand(formatter, 'kafka.tools.StorageTool', [`@${argumentFile}`]);
    const child = startProcess(command, output, { boundTo: 'parent', removeFolder: undefined });
    child.ref();
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (code !== 0) {
      const lines = (await readFile(output, 'utf8')).trim().split('\n');
      // The tool ends in a stack trace, whose first line says what is wrong.
      const words = lines
        .filter((line) => !line.startsWith('\tat '))
        .slice(-5)
        .join('\n');
      throw new SluiceError(`Kafka could not prepare its storage in ${folder}:\n${words}`);
    }
  } finally {
    await rm(argumentFile, { force: true });
  }
}
