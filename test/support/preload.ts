/** Libraries in C that stand before the system's own (`LD_PRELOAD`), compiled where they are needed. */
import { runCommand } from './process.ts';

/** Throws where there is no C compiler. */
export async function compilePreload(source: string, into: string): Promise<void> {
  const args = ['-shared', '-fPIC', '-O1', '-o', into, source, '-ldl', '-lpthread'];
  const { code, stderr } = await runCommand('cc', args);
  if (code !== 0) throw new Error(`a C compiler is needed (Debian: gcc, libc6-dev): ${stderr}`);
}
