/**
 * Addons out of the executable. The system loads them from files alone: each is written for the moment of being loaded, into a folder that nobody
 * else can write, of the first place that lets us.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';
import { knownCacheFolder } from '../../../src/broker/default-folders.ts';

/** Undefined where the executable has none of that name. Throws Node's last error where no place lets it be loaded. */
export function loadAddon(name: string): unknown {
  const asset = `addons/${name}`;
  if (!getAssetKeys().includes(asset)) return undefined;
  const places = [process.env.XDG_RUNTIME_DIR, tmpdir(), knownCacheFolder(), '/dev/shm'];
  let fault: unknown;
  for (const place of places) {
    if (place === undefined || place === '') continue;
    try {
      return loadBy(place, Buffer.from(getRawAsset(asset)));
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}

function loadBy(place: string, bytes: Buffer): unknown {
  const folder = mkdtempSync(join(place, 'sluice-addon-'));
  try {
    const path = join(folder, 'addon.node');
    writeFileSync(path, bytes, { mode: 0o700 });
    const loaded: { exports: unknown } = { exports: {} };
    process.dlopen(loaded, path);
    return loaded.exports;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
