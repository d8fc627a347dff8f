/** Azurite, Microsoft's own server for tests of Azure Blob Storage, fetched by npm. It checks signatures, conditions and checksums. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';

const version = '3.37.0';
const folderOf = (): string => join(cacheFolder(), `azurite-${version}`);
const program = (): string => join(folderOf(), 'node_modules/azurite/dist/src/blob/main.js');

/**
 * Resolves with the program, fetched first when this machine does not have it (360 MB, which are for nobody who only uses Sluice: so it
 * stands in the cache and not beside the project's own packages).
 */
export async function ensureAzurite(say: (text: string) => void = () => {}): Promise<string> {
  if (existsSync(program())) return program();
  say(`fetching Azurite ${version} to ${cacheFolder()}`);
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'fetching-'));
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    ...quiet,
    `azurite@${version}`,
  ];
  try {
    // In a folder without a project: npm would look at one for what it is to do.
    await promisify(execFile)('npm', args, { cwd: folder });
    await rename(folder, folderOf());
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    if (existsSync(program())) return program();
    throw new Error(`Azurite could not be fetched: ${(cause as Error).message}`, { cause });
  }
  return program();
}

/** Files of a certificate and its key. */
export interface AzuriteTls {
  readonly certificate: string;
  readonly key: string;
}

/** How it is started; it keeps all that it has below `folder`. With TLS it believes tokens of Microsoft Entra, whoever signed them. */
export async function azuriteCommand(
  folder: string,
  port: number,
  tls?: AzuriteTls,
): Promise<readonly [string, ...string[]]> {
  const listen = ['--blobHost', '127.0.0.1', '--blobPort', String(port)];
  const modest = ['--silent', '--disableTelemetry', '--skipApiVersionCheck'];
  const secure = tls === undefined ? [] : ['--oauth', 'basic', '--cert', tls.certificate, '--key', tls.key];
  return [process.execPath, await ensureAzurite(), ...listen, ...modest, '--location', folder, ...secure];
}
