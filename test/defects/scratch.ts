/** A copy of the project that something can be changed in: all files are linked but those that are changed. */
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What is not linked one by one, or is none of the project's. */
const whole = new Set(['node_modules']);
const left = new Set(['.git', 'dist', 'node_modules']);

export interface Scratch {
  readonly folder: string;
  remove(): Promise<void>;
}

/** `changed`: path -> text. */
export function makeScratch(project: string, changed: ReadonlyMap<string, string>): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-defects-'));
  for (const name of whole) symlinkSync(join(project, name), join(folder, name));
  const fill = (below: string): void => {
    for (const entry of readdirSync(join(project, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (below === '' && left.has(entry.name)) continue;
      if (entry.isDirectory()) {
        mkdirSync(join(folder, path));
        fill(path);
      } else if (entry.isFile() && !changed.has(path)) link(join(project, path), join(folder, path));
    }
  };
  fill('');
  for (const [path, text] of changed) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

function link(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    // Another disk, or one without links.
    copyFileSync(from, to);
  }
}
