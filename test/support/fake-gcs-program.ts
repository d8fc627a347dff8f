/** fake-gcs-server, which answers as Google Cloud Storage does, built by Go from its published module. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';

const version = '1.56.1';
const source = `github.com/fsouza/fake-gcs-server@v${version}`;
const program = (): string => join(cacheFolder(), `fake-gcs-server-${version}`, 'fake-gcs-server');

/**
 * Resolves with the program, built first when this machine does not have it (some three minutes of one processor).
 * @throws when it has to be built and Go is missing, or older than the module wants
 */
export async function ensureFakeGcs(say: (text: string) => void = () => {}): Promise<string> {
  if (existsSync(program())) return program();
  say(`building fake-gcs-server ${version}, the Google Cloud Storage of the tests, in ${cacheFolder()}`);
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'building-'));
  try {
    await promisify(execFile)('go', ['install', source], { env: { ...process.env, GOBIN: folder } });
    await rename(folder, join(program(), '..'));
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    if (existsSync(program())) return program();
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const advice = 'Go is not installed; install Go 1.25 or newer, and have `go` in the PATH';
    const reason = missing ? advice : (cause as Error).message;
    throw new Error(`fake-gcs-server could not be built: ${reason}`, { cause });
  }
  return program();
}
