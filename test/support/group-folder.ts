/** The same as a bucket in memory for a group, with a folder of this machine in its place. */

import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sink } from '../../src/stores/contract.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { GroupFlow, type OpenOptions } from './group-flow.ts';
import type { Owner } from './owner.ts';

export class GroupFolder extends GroupFlow {
  readonly folder: string;
  readonly #writes = new Map<string, number>();

  private constructor(owner: Owner, partitions: number, folder: string) {
    super(owner, partitions);
    this.folder = folder;
  }

  static async make(owner: Owner, partitions = 4): Promise<GroupFolder> {
    const folder = await mkdtemp(join(await realpath(tmpdir()), 'sluice-group-'));
    owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    return new GroupFolder(owner, partitions, folder);
  }

  override async open(
    reader: string,
    { pass = async () => {}, group = 'fill' }: OpenOptions = {},
  ): Promise<Sink> {
    const member = group === null ? {} : { group: { name: group, reader } };
    return this.#passing(await openDiskSink(this.folder, member), pass);
  }

  override received(digest: (bytes: Uint8Array) => string): Record<string, string> {
    const own = join(this.folder, this.flow.uploader);
    const files = readdirSync(own, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const paths = files.map(({ parentPath, name }) => join(parentPath, name));
    return Object.fromEntries(
      paths.map((path) => [path.slice(own.length + 1), digest(readFileSync(path))]).toSorted(),
    );
  }

  override writes(): Record<string, number> {
    return Object.fromEntries(this.#writes);
  }

  /** Everything of the sink's own that is left, but for records of names. */
  async leftovers(): Promise<string[]> {
    const own = join(this.folder, '.sluice');
    const names = await readdir(own, { recursive: true });
    return names.filter((name) => /^turns\/.|^members\/[^/]+\/[^/]+\/./.test(name));
  }

  /** Each call goes through `pass`, as a request to a store would: before it, and before its answer. */
  #passing<T extends object>(of: T, pass: (request: string) => Promise<void>, name = ''): T {
    return new Proxy(of, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (key === 'shared' && value !== undefined)
          return this.#passing(value as object, pass, 'list .sluice/');
        if (typeof value !== 'function') return value;
        if (key === 'notices' || key === 'close') return value.bind(target);
        if (key === 'part')
          return (upload: string, of: { target: string }) =>
            this.#passing(value.call(target, upload, of), pass, `part ${of?.target}`);
        return async (...args: unknown[]): Promise<unknown> => {
          const on = args.find((one) => typeof one === 'string' && one.includes('/')) ?? args[0];
          const request = `${name === '' ? String(key) : `${name} ${String(key)}`} ${on}`;
          await pass(request);
          const result: unknown = await value.apply(target, args);
          if (key === 'publish' || key === 'publishWhole') this.#wrote(String(on));
          await pass(`${request}, answered`);
          return result;
        };
      },
    });
  }

  #wrote(target: string): void {
    const path = target.slice(this.flow.uploader.length + 1);
    this.#writes.set(path, (this.#writes.get(path) ?? 0) + 1);
  }
}

/** The text of a file in the sink's own folder. */
export function ownText(folder: string, path: string): Promise<string> {
  return readFile(join(folder, '.sluice', path), 'utf8');
}
