/** versitygw, a strict S3 server over a folder, built by Go from its published module. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';
import type { S3Ground, S3Program } from './s3-program.ts';

const versitygwVersion = '1.8.0';
const source = `github.com/versity/versitygw/cmd/versitygw@v${versitygwVersion}`;
const program = (): string => join(cacheFolder(), `versitygw-${versitygwVersion}`, 'versitygw');

/**
 * Resolves with the program, built first when this machine does not have it (some 100 s of one processor).
 * @throws when it has to be built and Go is missing, or older than the module wants
 */
async function ensureVersitygw(say: (text: string) => void = () => {}): Promise<string> {
  if (existsSync(program())) return program();
  say(`building versitygw ${versitygwVersion}, the S3 server of the tests, in ${cacheFolder()}`);
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
    throw new Error(`versitygw could not be built: ${missing ? advice : (cause as Error).message}`, {
      cause,
    });
  }
  return program();
}

/** It keeps objects as files below `data`, and what files cannot hold in their extended attributes: TMPDIR has to be on a disk that has those. */
export const versitygw: S3Program = {
  name: 'versitygw',
  prepare: async (say) => void (await ensureVersitygw(say)),
  async command({ folder, port, accessKeyId, secretAccessKey, region, notices }) {
    const [data, versions] = [join(folder, 'data'), join(folder, 'versions')];
    for (const path of [data, versions]) await mkdir(path, { recursive: true });
    const listen = ['--port', `127.0.0.1:${port}`, '--region', region, '--keep-alive', '--quiet'];
    const root = ['--access', accessKeyId, '--secret', secretAccessKey];
    const users = ['--iam-dir', folder];
    const tells =
      notices === undefined
        ? []
        : ['--event-kafka-url', notices.bootstrapServers, '--event-kafka-topic', notices.topic];
    const backend = ['posix', '--versioning-dir', versions, data];
    return [await ensureVersitygw(), ...listen, ...root, ...users, ...tells, ...backend];
  },
};

/** Somebody whom the server knows, without any rights; resolves with his keys, by the names of AWS's environment. */
export async function addUser(
  {
    endpoint,
    accessKeyId,
    secretAccessKey,
    region,
  }: Omit<S3Ground, 'folder' | 'port'> & { endpoint: string },
  name: string,
): Promise<Record<string, string>> {
  const user = { AWS_ACCESS_KEY_ID: name, AWS_SECRET_ACCESS_KEY: `a-secret-of-${name}` };
  const root = ['--access', accessKeyId, '--secret', secretAccessKey, '--region', region];
  const words = ['create-user', '--access', name, '--secret', user.AWS_SECRET_ACCESS_KEY, '--role', 'user'];
  await promisify(execFile)(await ensureVersitygw(), [
    'admin',
    ...root,
    '--endpoint-url',
    endpoint,
    ...words,
  ]);
  return user;
}
