/**
 * A folder below a sink may be another file system, as where a volume is mounted there: no rename leads into it. The file is
 * copied beside its name, made durable and renamed there, so that its name is never seen without all of its bytes.
 */
import { constants } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Attributes } from '../../records/attributes.ts';
import { algorithmOf, createHasher } from '../../records/checksum.ts';
import type { Published } from '../contract.ts';
import type { Notices } from '../notices.ts';
import { VanishedError } from '../vanished.ts';
import type { GiveAttributes } from './attributes/give-attributes.ts';
import type { DiskCalls } from './calls.ts';
import { FileLooks } from './file-look.ts';
import { Refusals } from './refusals.ts';

/** Bytes copied at a time. */
const piece = 1024 * 1024;

export interface MoveAcross {
  readonly file: string;
  /** The folder by a path that leads to it for now, and by the one that people know. */
  readonly folder: string;
  readonly place: string;
  readonly name: string;
  /** What the bytes have to be, where that is known. */
  readonly published: Published | undefined;
  readonly attributes: Attributes | undefined;
}

/**
 * Moves a file to another file system. What that one cannot do is done without, and said. Resolves with the modification time
 * that the file has there; throws VanishedError when its bytes are not those that are to be published.
 */
export async function moveAcross(
  calls: DiskCalls,
  notices: Notices,
  give: GiveAttributes,
  move: MoveAcross,
): Promise<bigint> {
  const { file, folder, place, name } = move;
  // By the same name again after a kill, so that nothing is left.
  const copy = `${folder}/.sluice-${basename(file)}`;
  const refusals = new Refusals(place, notices);
  const looks = new FileLooks(place, calls, refusals, notices, give.at(place));
  await rm(copy, { force: true });
  try {
    const mtime = await copyTo(copy, calls, looks, refusals, move);
    await calls.rename(copy, `${folder}/${name}`);
    await rm(file, { force: true });
    return mtime;
  } catch (error) {
    await rm(copy, { force: true }).catch(() => {});
    throw error;
  }
}

async function copyTo(
  copy: string,
  calls: DiskCalls,
  looks: FileLooks,
  refusals: Refusals,
  { file, published, attributes }: MoveAcross,
): Promise<bigint> {
  const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  const from = await calls.open(file, O_RDONLY | O_NOFOLLOW);
  try {
    const stats = await calls.look(from);
    const to = await calls.open(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await copyBytes(calls, from, to, published);
      const look = {
        mtime: String(stats.mtimeNs),
        mode: Number(stats.mode),
        ...(attributes && { attributes }),
      };
      const mtime = await looks.give(to, copy, look);
      await refusals.attempt('sync', () => calls.sync(to));
      return mtime;
    } finally {
      await calls.close(to);
    }
  } finally {
    await calls.close(from);
  }
}

async function copyBytes(
  calls: DiskCalls,
  from: number,
  to: number,
  published: Published | undefined,
): Promise<void> {
  const hasher = published && createHasher(algorithmOf(published.digest));
  const buffer = Buffer.allocUnsafe(piece);
  for (let at = 0; ; ) {
    const bytes = buffer.subarray(0, await calls.read(from, buffer, at));
    if (bytes.length === 0) break;
    hasher?.update(bytes);
    await calls.write(to, bytes, at);
    at += bytes.length;
  }
  if (hasher === undefined || hasher.digest() === published?.digest) return;
  throw new VanishedError('somebody changed its temporary file, which is not what was to be published');
}
