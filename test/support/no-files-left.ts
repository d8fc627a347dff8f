/** What a program does when the system lets it open nothing more: no file, no connection, no pipe to a child. */
import { runCommand } from './process.ts';

/**
 * Runs a module's text in a process that may have 64 files open, and has them. `begin`: what is imported before that. Resolves with what it printed, and
 * what it complained of.
 */
export async function runWithoutFiles(begin: string, then: string): Promise<string> {
  const text = `
    import { openSync } from 'node:fs';
    ${begin}
    try { for (;;) openSync('/dev/null', 'r'); } catch (error) { if (error.code !== 'EMFILE') throw error; }
    ${then}
    // Whatever comes of it in the next turns comes before the end.
    setTimeout(() => console.log('it goes on'), 50);`;
  const node = [process.execPath, '--input-type=module', '--eval', text];
  const { stdout, stderr } = await runCommand('/bin/sh', ['-c', 'ulimit -n 64; exec "$0" "$@"', ...node]);
  return stdout + stderr;
}
