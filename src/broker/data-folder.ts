/** The folder in which a broker's data stays, and the note in it that says whose it is and who runs there. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { makeFolders } from '../folder.ts';

/** What stands in `sluice-broker.json`. */
export interface BrokerNote {
  readonly kafkaVersion: string;
  readonly clusterId: string;
  readonly brokers: 1 | 3;
  /** The running (or last) start: where it listened and its processes. */
  readonly bootstrapServers: string;
  readonly nodes: readonly { readonly id: number; readonly pid: number; readonly folder: string }[];
}

const noteFile = (dataDir: string): string => join(dataDir, 'sluice-broker.json');

/** Undefined when no broker has ever been started in this folder. */
export async function readNote(dataDir: string): Promise<BrokerNote | undefined> {
  if (!existsSync(noteFile(dataDir))) return undefined;
  return JSON.parse(await readFile(noteFile(dataDir), 'utf8')) as BrokerNote;
}

/** Replaces the note at once: readers see the old one or the new one. */
export async function writeNote(dataDir: string, note: BrokerNote): Promise<void> {
  const temporary = `${noteFile(dataDir)}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(note, undefined, 2)}\n`);
  await rename(temporary, noteFile(dataDir));
}

/** Kafka's form of a UUID: 22 characters of URL-safe base64, here never with a dash in front. */
export function newKafkaUuid(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newKafkaUuid() : id;
}

/** True when `found`, a release as `4.3.0`, is newer than `own`. */
export function isNewer(found: string, own: string): boolean {
  return found.localeCompare(own, 'en', { numeric: true }) > 0;
}

/**
 * Makes the folder, or checks that it fits: of the same number of nodes, and of no newer Kafka.
 * @returns the note of the cluster that is there, or a new one's, which has been written
 * @throws ConfigurationError when the folder cannot be used, and what to do
 */
export async function claimDataFolder(
  dataDir: string,
  brokers: 1 | 3,
  kafkaVersion: string,
): Promise<BrokerNote> {
  const another = 'Choose another folder with --data.';
  try {
    await makeFolders(dataDir);
    const note = await readNote(dataDir);
    if (note === undefined) {
      if ((await readdir(dataDir)).length > 0) {
        throw new ConfigurationError(
          `The data folder ${dataDir} is not empty and holds no broker. ${another}`,
        );
      }
      const fresh: BrokerNote = {
        kafkaVersion,
        clusterId: newKafkaUuid(),
        brokers,
        bootstrapServers: '',
        nodes: [],
      };
      await writeNote(dataDir, fresh);
      return fresh;
    }
    if (note.brokers !== brokers) {
      throw new ConfigurationError(
        `The data folder ${dataDir} holds a cluster of ${note.brokers}. ` +
          `Start it with --brokers ${note.brokers}, or choose another folder with --data.`,
      );
    }
    if (isNewer(note.kafkaVersion, kafkaVersion)) {
      throw new ConfigurationError(
        `The data folder ${dataDir} was written by Kafka ${note.kafkaVersion}, newer than this Kafka ${kafkaVersion}. ${another}`,
      );
    }
    return note;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const reason = error instanceof SyntaxError ? 'its note sluice-broker.json is damaged' : String(error);
    throw new ConfigurationError(`The data folder ${dataDir} cannot be used: ${reason}. ${another}`, {
      cause: error,
    });
  }
}
