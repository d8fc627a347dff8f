/** Does at a source what a plan says, and tells the model. */
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { bytesOf } from './contents.ts';
import type { SourceStep } from './plan.ts';
import type { SourceModel } from './source-model.ts';

export interface Ground {
  /** The source's root. */
  readonly source: string;
  /** A folder beside it, on the same disk. */
  readonly aside: string;
  readonly model: SourceModel;
}

/** What is in the way of a step: then there is nothing to do for it. */
const inTheWay = new Set([
  'EACCES',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ENOTEMPTY',
  'EINVAL',
]);

export async function operate(ground: Ground, step: SourceStep): Promise<void> {
  try {
    await act(ground, step);
  } catch (error) {
    if (!inTheWay.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function act({ source, aside, model }: Ground, step: SourceStep): Promise<void> {
  const file = join(source, step.path);
  const before = model.bytes(step.path);
  switch (step.do) {
    case 'write': {
      fs.mkdirSync(dirname(file), { recursive: true });
      const bytes = bytesOf(step.content);
      const open = fs.openSync(file, 'w');
      // Before the bytes: whoever reads meanwhile may have sent some of them already.
      model.set(step.path, bytes, 0);
      await writePieces(open, bytes, 0, step.pieces);
      return;
    }
    case 'replace': {
      fs.mkdirSync(dirname(file), { recursive: true });
      const bytes = bytesOf(step.content);
      const made = join(aside, 'made');
      fs.writeFileSync(made, bytes);
      fs.renameSync(made, file);
      model.set(step.path, bytes);
      return;
    }
    case 'append':
    case 'sparse': {
      if (before === undefined) return;
      const hole = step.do === 'sparse' ? step.hole : 0;
      const bytes = Buffer.concat([before, Buffer.alloc(hole), bytesOf(step.content)]);
      const open = fs.openSync(file, 'r+');
      model.set(step.path, bytes, before.length);
      await writePieces(open, bytes, before.length + hole, 1);
      return;
    }
    case 'edit': {
      if (before === undefined || before.length === 0) return;
      const at = Math.floor(step.at * before.length);
      const edit = bytesOf(step.content).subarray(0, before.length - at);
      const bytes = Buffer.from(before);
      edit.copy(bytes, at);
      const open = fs.openSync(file, 'r+');
      model.set(step.path, bytes);
      fs.writeSync(open, edit, 0, edit.length, at);
      fs.closeSync(open);
      return;
    }
    case 'truncate': {
      if (before === undefined) return;
      const bytes = before.subarray(0, Math.floor(step.to * before.length));
      fs.truncateSync(file, bytes.length);
      model.set(step.path, bytes);
      return;
    }
    case 'misname': {
      fs.mkdirSync(dirname(file), { recursive: true });
      fs.writeFileSync(Buffer.concat([Buffer.from(file), Buffer.from([0xff])]), 'x');
      model.misnamed.add(`${step.path}\ufffd`);
      return;
    }
    case 'rename': {
      const moved = model
        .under(step.path)
        .map((path) => [path, step.to + path.slice(step.path.length)] as const);
      if (moved.length === 0 || model.under(step.to).some((path) => path !== step.to)) return;
      fs.mkdirSync(dirname(join(source, step.to)), { recursive: true });
      fs.renameSync(file, join(source, step.to));
      for (const [from, to] of moved) {
        const bytes = model.bytes(from)!;
        model.remove(from);
        model.set(to, bytes);
      }
      model.moveMisnamed(step.path, step.to);
      return;
    }
    case 'remove': {
      fs.rmSync(file, { recursive: true, force: true });
      for (const path of model.under(step.path)) model.remove(path);
      model.moveMisnamed(step.path);
      return;
    }
    case 'touch': {
      // As text: numbers before 1970 are taken for the present.
      if (before !== undefined) fs.utimesSync(file, String(step.seconds), String(step.seconds));
      return;
    }
    case 'chmod':
      if (before !== undefined) fs.chmodSync(file, step.mode);
  }
}

/** Writes what stands from a place on, and closes the file. */
async function writePieces(file: number, bytes: Buffer, from: number, pieces: number): Promise<void> {
  const size = Math.max(1, Math.ceil((bytes.length - from) / pieces));
  for (let at = from; at < bytes.length; at += size) {
    fs.writeSync(file, bytes, at, Math.min(size, bytes.length - at), at);
    await othersTurn();
  }
  fs.closeSync(file);
}
