/** Files of all kinds that a format has, made by uploads in rounds. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, open, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgeKeys, ageKeys } from '../support/age-keys.ts';
import type { Side } from './ground.ts';

/** Uploaders at work on a cluster. */
export interface Tree {
  readonly keys: AgeKeys;
  /** Sends what there is by now. */
  send(): Promise<void>;
  /** Files that will be removed by retention. */
  early(): Promise<void>;
  /** Small ones, large ones, striped ones, links, a folder. */
  first(): Promise<void>;
  /** Copies, deltas, a new name, what went, and new ones; `round` makes them differ. */
  change(round: number): Promise<void>;
}

const megabyte = 1_000_000;
/** It gets another time in each round, and the same bytes. */
export const touched = { uploader: 'till', path: 'many/19' };

/** `till` sends in clear, `vault` encrypted with its names, `chest` encrypted under its names. */
export async function openTree(near: Side, folder: string, topic: string): Promise<Tree> {
  const keys = await ageKeys(folder, 'reader');
  const [till, vault, chest] = ['till', 'vault', 'chest'].map((name) => join(folder, 'source', name));
  for (const path of [till!, vault!, chest!]) await mkdir(join(path, 'many'), { recursive: true });
  const put = (path: string, size: number) => writeFile(path, randomBytes(size));
  const common = ['--topic', topic, '--once', '--min-age', '0', '--partitions', '3', '--json'];
  const sealed = ['--encrypt-to', keys.recipient, '--delete', '--max-delete', '100%'];
  return {
    keys,
    async send() {
      const as = (name: string, ...more: readonly string[]) =>
        near.ok('upload', '--name', name, '--from', join(folder, 'source', name), ...common, ...more);
      await as(
        'till',
        ...['--delete', '--max-delete', '100%', '--links', 'keep', '--folders', '--delta'],
        ...['--not-twice', 'always', '--stripe-above', '8MB'],
      );
      await as('vault', ...sealed, '--encrypt-names', join(folder, 'names.key'), '--stripe-above', '2MB');
      await as('chest', ...sealed);
    },
    async early() {
      await mkdir(join(till!, 'early'), { recursive: true });
      for (let file = 0; file < 30; file += 1) await put(join(till!, 'early', `${file}`), 300_000 + file);
    },
    async first() {
      await rm(join(till!, 'early'), { recursive: true });
      for (const source of [till!, vault!, chest!])
        for (let file = 0; file < 20; file += 1)
          await put(join(source, 'many', `${file}`), 1000 + file * 997);
      for (const name of ['a', 'b', 'c']) await put(join(till!, name), 3 * megabyte);
      await put(join(till!, 'striped'), 12 * megabyte);
      await put(join(vault!, 'striped'), 4 * megabyte);
      await put(join(chest!, 'large'), 2 * megabyte);
      await symlink('a', join(till!, 'link'));
      await mkdir(join(till!, 'empty'));
    },
    async change(round) {
      await cp(join(till!, 'b'), join(till!, `copy-${round}`));
      await edit(join(till!, 'a'), 200_000 * round, 50_000);
      await edit(join(till!, 'c'), 1_000_000 + 1000 * round, 20_000);
      const [before, after] = [`moved-${round - 1}`, `moved-${round}`];
      if (round === 1) await put(join(till!, after), 2 * megabyte);
      else await rename(join(till!, before), join(till!, after));
      await rm(join(till!, 'many', `${round}`));
      await rm(join(vault!, 'many', `${round}`));
      await put(join(till!, `striped-${round}`), 9 * megabyte);
      await put(join(chest!, `new-${round}`), 700_000);
      await put(join(vault!, `new-${round}`), 3 * megabyte);
      await utimes(join(till!, touched.path), 1000 * round, 1000 * round);
    },
  };
}

async function edit(path: string, at: number, length: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(randomBytes(length), 0, length, at);
  await file.close();
}
