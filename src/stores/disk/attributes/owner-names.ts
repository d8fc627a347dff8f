/** Names of users and groups of this system, and their numbers: as its files have them, or whatever else its name services ask. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ConfigurationError } from '../../../errors.ts';

export type Database = 'passwd' | 'group';

/** Throws ConfigurationError on a system whose files have no users and groups as owners. */
export function mustHaveOwners(): void {
  if (process.getuid === undefined)
    throw new ConfigurationError(
      `--owner is for systems whose files have a user and a group, and this is ${process.platform}: leave it out`,
    );
}

/** A line of a database that has this name, or this number; undefined: there is none. */
export type AskNames = (database: Database, key: string) => Promise<string | undefined>;

/** Milliseconds after which a system is asked again. */
const lasts = 60_000;
/** Names that are asked for at the most in that time: each may be a process. */
const mostAsked = 1000;

export interface OwnerNamesOptions {
  /** The text of a database's own file. */
  readonly read?: (database: Database) => Promise<string>;
  readonly ask?: AskNames;
  /** Steady milliseconds. */
  readonly now?: () => number;
}

interface Known {
  readonly ids: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<number, string>;
}

export class OwnerNames {
  readonly #read: (database: Database) => Promise<string>;
  readonly #ask: AskNames;
  readonly #now: () => number;
  #readAt = Number.NEGATIVE_INFINITY;
  #files = new Map<Database, Promise<Known>>();
  /** What was asked for beside the files; one after the other. */
  #asked = new Map<string, Promise<string | undefined>>();
  readonly #answers = new Map<string, { readonly id: number | undefined }>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ read = readDatabase, ask = getent, now = () => performance.now() }: OwnerNamesOptions = {}) {
    this.#read = read;
    this.#ask = ask;
    this.#now = now;
  }

  /** Undefined where the system has no such name. */
  async idOf(database: Database, name: string): Promise<number | undefined> {
    const id = await this.#find(database, name);
    if (this.#answers.size < mostAsked) this.#answers.set(`${database} ${name}`, { id });
    return id;
  }

  /** What was found out not long ago, for who cannot wait. */
  answered(database: Database, name: string): { readonly id: number | undefined } | undefined {
    return this.#isOld ? undefined : this.#answers.get(`${database} ${name}`);
  }

  async #find(database: Database, name: string): Promise<number | undefined> {
    if (!isName(name)) return undefined;
    const { ids } = await this.#known(database);
    const id = ids.get(name);
    if (id !== undefined) return id;
    const found = lineOf(await this.#askOnce(database, name));
    // What looks like a number is taken for one, and is no name of that user.
    return found?.name === name ? found.id : undefined;
  }

  /** Undefined where the system knows none of it. */
  async nameOf(database: Database, id: number): Promise<string | undefined> {
    const { names } = await this.#known(database);
    const name = names.get(id);
    if (name !== undefined) return name;
    const found = lineOf(await this.#askOnce(database, String(id)));
    return found?.id === id ? found.name : undefined;
  }

  #known(database: Database): Promise<Known> {
    if (this.#isOld) {
      this.#readAt = this.#now();
      this.#answers.clear();
      this.#files.clear();
      this.#asked.clear();
    }
    let known = this.#files.get(database);
    if (known === undefined) {
      known = this.#read(database).then(knownOf, () => knownOf(''));
      this.#files.set(database, known);
    }
    return known;
  }

  get #isOld(): boolean {
    return this.#now() - this.#readAt > lasts;
  }

  async #askOnce(database: Database, key: string): Promise<string | undefined> {
    const question = `${database} ${key}`;
    let answer = this.#asked.get(question);
    if (answer === undefined && this.#asked.size < mostAsked) {
      answer = this.#turn.then(() => this.#ask(database, key)).catch(() => undefined);
      this.#turn = answer;
      this.#asked.set(question, answer);
    }
    return answer;
  }
}

/** What a system may call somebody: a record may say anything, and it becomes a word of a command. */
function isName(name: string): boolean {
  return /^[^-:\s\p{Cc}][^:\p{Cc}]*$/u.test(name);
}

function lineOf(line = ''): { readonly name: string; readonly id: number } | undefined {
  const [name = '', , number = ''] = line.split(':');
  return name !== '' && /^\d{1,10}$/.test(number) ? { name, id: Number(number) } : undefined;
}

/** Of several the first counts, as it does for the system. */
function knownOf(text: string): Known {
  const [ids, names] = [new Map<string, number>(), new Map<number, string>()];
  for (const line of text.split('\n')) {
    const found = lineOf(line);
    if (found === undefined) continue;
    if (!ids.has(found.name)) ids.set(found.name, found.id);
    if (!names.has(found.id)) names.set(found.id, found.name);
  }
  return { ids, names };
}

function readDatabase(database: Database): Promise<string> {
  return readFile(`/etc/${database}`, 'utf8');
}

/** Directories of users and the like are asked so. Where there is no such program, the files are all. */
async function getent(database: Database, key: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('/usr/bin/getent', [database, key], { timeout: 5000 });
  return stdout.split('\n', 1)[0];
}
