/** A sink's folder from one power cut to the next. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeFile } from '../../../src/stores/disk/place.ts';
import type { StoredFile } from '../../powercut/disk-model.ts';
import { layOut } from '../../powercut/replay.ts';
import type { Found } from './lasting-calls.ts';

/** A disk on which nothing stands yet. */
export const nothing: Found = { remains: { folders: [], files: new Map() }, journal: new Map() };

/** Puts what was found into an empty folder, as a sink is opened on it. */
export function layOutSink({ remains, journal }: Found, root: string): void {
  layOut(remains, root);
  mkdirSync(join(root, '.sluice/parts'), { recursive: true });
  for (const [name, bytes] of journal) writeFileSync(join(root, '.sluice', name), bytes);
}

/** It is the same disk each time, wherever it is laid out. */
export function identify(own: string): string {
  writeFileSync(join(own, placeFile), 'here');
  return 'here';
}

/** What stands under final names: path -> bytes. */
export function standing({ remains }: Found): ReadonlyMap<string, Buffer> {
  return new Map(
    [...remains.files]
      .filter(([path]) => !path.startsWith('.sluice/'))
      .map(([path, file]) => [path, bytesOf(file)]),
  );
}

function bytesOf({ flushed, changes }: StoredFile): Buffer {
  let bytes = Buffer.from(flushed);
  for (const change of changes) {
    const size =
      change.kind === 'truncate'
        ? change.size
        : Math.max(bytes.length, change.position + change.bytes.length);
    bytes = Buffer.concat([bytes.subarray(0, size), Buffer.alloc(Math.max(0, size - bytes.length))]);
    if (change.kind === 'write') change.bytes.copy(bytes, change.position);
  }
  return bytes;
}
