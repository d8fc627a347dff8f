/** What this machine says of itself. In a container any of it may be missing, so whoever asks says what happens then. */
import { readFileSync } from 'node:fs';
import { homedir, hostname, totalmem } from 'node:os';
import { isAbsolute } from 'node:path';

/** The user's own folder. Undefined for a user who has neither HOME nor an entry in the list of users. */
export function homeFolder(): string | undefined {
  try {
    const folder = homedir();
    // HOME may be there and empty: what is made of it would stand in whatever folder is the current one.
    return isAbsolute(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** An absolute path from a variable of the XDG Base Directory Specification, which has others ignored. */
export function baseFolder(
  variable: 'XDG_CACHE_HOME' | 'XDG_DATA_HOME' | 'XDG_RUNTIME_DIR',
): string | undefined {
  const folder = process.env[variable];
  return folder !== undefined && isAbsolute(folder) ? folder : undefined;
}

/** The host's name; undefined when it has none. */
export function hostName(): string | undefined {
  try {
    return hostname() || undefined;
  } catch {
    return undefined;
  }
}

/** How many files this process may have open at once; undefined where the system does not say, or says that there is no limit. */
export function openFilesLimit(): number | undefined {
  try {
    return openFilesIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EMFILE' ? 0 : undefined;
  }
}

/** From the text of Linux's proc_pid_limits(5). Node raises the soft limit to the hard one when it starts. */
function openFilesIn(limits: string): number | undefined {
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** Bytes of memory that this process may use: those of the machine, or of its container. */
export function memoryBytes(): number {
  const [ofContainer, ofMachine] = [process.constrainedMemory(), totalmem()];
  return ofContainer > 0 && ofContainer < ofMachine ? ofContainer : ofMachine;
}
