/** The temporary file of one upload on a disk. Long runs of zeros are left out: as holes they need no room. */
import { crashPoint } from '../../crash-points.ts';
import type { PartFile } from '../contract.ts';
import type { DiskCalls } from './calls.ts';
import type { Handles, OpenPart } from './handles.ts';
import type { OwnFolder } from './own-folder.ts';
import type { Refusals } from './refusals.ts';
import { extendInTurn, hasNoHoles, type WriteOptions, writeBytes } from './write-bytes.ts';
import { runsOf } from './zero-runs.ts';

/** Bytes looked at together where zeros are to be. */
const readBack = 64 * 1024;

export interface PartFileOptions {
  readonly calls: DiskCalls;
  readonly handles: Handles;
  readonly refusals: Refusals;
  readonly own: OwnFolder;
}

export function diskPartFile(file: string, { calls, handles, refusals, own }: PartFileOptions): PartFile {
  const use = <T>(work: (part: OpenPart) => Promise<T>): Promise<T> =>
    own.guard(() => handles.use(file, work));
  return {
    write: (bytes, position) =>
      use((part) =>
        part.watch.write(
          () => calls.look(part.descriptor),
          () => write({ calls, refusals }, part, bytes, position),
        ),
      ),
    read: (buffer, position) => use(({ descriptor }) => calls.read(descriptor, buffer, position)),
    sync() {
      handles.rely(file);
      return use(async ({ descriptor }) => {
        await refusals.attempt('sync', () => calls.syncData(descriptor));
        crashPoint('part:after-fsync');
      });
    },
    isAsWritten: () => use(({ descriptor, watch }) => watch.isAsLeft(() => calls.look(descriptor))),
    close: () => handles.close(file),
  };
}

async function write(
  options: WriteOptions,
  part: OpenPart,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  const runs = runsOf(bytes, position);
  if (runs === undefined) await writeBytes(options, part, bytes, position);
  for (const { from, to, isZero } of runs ?? []) {
    const run = bytes.subarray(from, to);
    if (isZero) await writeZeros(options, part, run, position + from);
    else await writeBytes(options, part, run, position + from);
  }
  crashPoint('part:after-write');
}

/** What is a hole, or zeros, already is left as it is; what lies behind the end becomes a hole. */
async function writeZeros(
  options: WriteOptions,
  part: OpenPart,
  zeros: Uint8Array,
  position: number,
): Promise<void> {
  const { calls } = options;
  if (hasNoHoles(options, part)) return writeBytes(options, part, zeros, position);
  const standing = Buffer.allocUnsafe(Math.min(readBack, zeros.length));
  for (let at = 0; at < zeros.length; ) {
    const into = standing.subarray(0, Math.min(readBack, zeros.length - at));
    const read = await calls.read(part.descriptor, into, position + at);
    if (read === 0) return extend(options, part, zeros, position);
    const isZero = into.subarray(0, read).equals(zeros.subarray(at, at + read));
    if (!isZero) return writeBytes(options, part, zeros, position);
    at += read;
  }
}

/** Makes the file so long that the zeros are a hole in it, unless somebody has written farther, or is about to. */
async function extend(
  options: WriteOptions,
  part: OpenPart,
  zeros: Uint8Array,
  position: number,
): Promise<void> {
  const { calls, refusals } = options;
  const end = position + zeros.length;
  const { size } = await calls.look(part.descriptor);
  if (Math.max(part.end, Number(size)) >= end) return;
  part.end = end;
  try {
    // Before anybody begins a write behind it, which would be cut off; else by a byte, which takes a block.
    if (calls.ordersWrites) await extendInTurn(options, part, end);
    else if (calls.isQuick) calls.resizeNow(part.descriptor, end);
    else await calls.write(part.descriptor, new Uint8Array(1), end - 1);
  } catch (error) {
    refusals.note('holes', error);
    await writeBytes(options, part, zeros, position);
  }
}
