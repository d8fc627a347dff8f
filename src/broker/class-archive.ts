/**
 * Kafka's classes in Java's own archive format (class-data sharing): a node starts in half the time and with half the
 * processor's work. The archive belongs to one build of Java and one set of artifacts, and is made by one start and
 * stop of a broker.
 */
import { createHash } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Java } from './java.ts';

/** Where the archive for this Java stands, whether or not it has been made. */
export function classArchiveFile(kafkaFolder: string, java: Java): string {
  const build = createHash('sha256').update(java.build).digest('hex').slice(0, 12);
  return join(kafkaFolder, `classes-${build}.jsa`);
}

/** The archive when it has been made. */
export function classArchive(kafkaFolder: string, java: Java): { use: string } | undefined {
  const file = classArchiveFile(kafkaFolder, java);
  return existsSync(file) ? { use: file } : undefined;
}

/**
 * Makes the archive when it is missing, by letting `train` run a broker whose Java writes it at its exit.
 * Atomic: the name appears when the file is complete. Does nothing where it could not be kept.
 */
export async function ensureClassArchive(
  kafkaFolder: string,
  java: Java,
  train: (make: string) => Promise<void>,
): Promise<void> {
  const file = classArchiveFile(kafkaFolder, java);
  if (existsSync(file) || !(await isWritable(kafkaFolder))) return;
  const temporary = `${file}.${process.pid}`;
  try {
    await train(temporary);
    if (existsSync(temporary)) await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
