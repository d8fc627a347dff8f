/** Executables as they are run here: this machine's own, and ARM64's by QEMU. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const made = fileURLToPath(new URL('../../build/executable/', import.meta.url));

/** A program, with the words before ours. */
export interface Tried {
  readonly name: string;
  readonly command: string;
  readonly before: readonly string[];
}

const foreign = {
  'linux-x64': ['qemu-x86_64-static', '-L', '/usr/x86_64-linux-gnu'],
  'linux-arm64': ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'],
} as const;

/** The file itself. */
export function programOf(name: string): string {
  return join(made, name, 'sluice');
}

/** Its archive. */
export function archiveOf(name: string): string {
  return join(made, `sluice-${name}.tar.xz`);
}

/** All that are made for Linux. */
export const tried: readonly Tried[] = (['linux-x64', 'linux-arm64'] as const).map((name) => {
  const program = programOf(name);
  const [command, ...before] = [...foreign[name], program];
  return name === `linux-${process.arch}`
    ? { name, command: program, before: [] }
    : { name, command, before };
});
