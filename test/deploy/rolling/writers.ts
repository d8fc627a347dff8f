/** Whoever makes files on nodes: small ones all the time, a large one now and then, each put in place whole. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Files by the path that they have at the sink. */
export class Writers {
  readonly #stop = new AbortController();
  readonly written = new Map<string, string>();
  readonly #running: Promise<void>[] = [];

  /** Begins to write into the folder of a node. */
  begin(node: string, folder: string): void {
    this.#running.push(this.#write(node, folder));
  }

  /** It is to be at the sink, under that path. */
  wrote(path: string, bytes: Buffer): void {
    this.written.set(path, digestOf(bytes));
  }

  async #write(node: string, folder: string): Promise<void> {
    const { signal } = this.#stop;
    await mkdir(folder, { recursive: true });
    for (let number = 0; !signal.aborted; number += 1) {
      const size = number % 20 === 10 ? 4_000_000 : 1000 + Math.floor(Math.random() * 60_000);
      const bytes = randomBytes(size);
      const name = `${number % 7}/${number}.bin`;
      await mkdir(join(folder, String(number % 7)), { recursive: true });
      await writeFile(join(folder, `${name}.tmp`), bytes);
      await rename(join(folder, `${name}.tmp`), join(folder, name));
      this.wrote(`${node}/${name}`, bytes);
      await delay(600 + Math.random() * 400, undefined, { signal }).catch(() => {});
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** What is not at the sink, or otherwise there. */
  async missingAt(sink: string): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const [path, digest] of this.written) {
      const bytes = await readFile(join(sink, path)).catch(() => undefined);
      if (bytes === undefined || digestOf(bytes) !== digest) missing.push(path);
    }
    return missing;
  }

  /** What is at the sink, and nobody wrote. */
  async strangersAt(sink: string): Promise<readonly string[]> {
    const entries = await readdir(sink, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(sink.length + 1))
      .filter((path) => !path.startsWith('.sluice') && !this.written.has(path));
  }
}
