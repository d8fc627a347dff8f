/** Toxiproxy, an independent tool that spoils networks, built by Go from its published module. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';
import { startProcess } from '../../src/broker/jvm.ts';
import { freePort } from '../../src/broker/ports.ts';
import { waitFor } from './wait.ts';

export const toxiproxyVersion = '2.5.0';
const source = `github.com/Shopify/toxiproxy/v2/cmd/server@v${toxiproxyVersion}`;

/** A toxic by its type and attributes, as Toxiproxy's documentation has them; it acts in both directions. */
export interface Toxic {
  readonly type: 'latency' | 'bandwidth' | 'slicer' | 'timeout';
  readonly attributes: Readonly<Record<string, number>>;
}

export interface Toxiproxy {
  /** Where clients connect: one port of 127.0.0.1 for each target. */
  readonly ports: readonly number[];
  /** Says where the ports lead. */
  lead(targets: readonly number[]): Promise<void>;
  /** Spoils all connections, those that there are and those to come. */
  spoil(toxic: Toxic): Promise<void>;
  /** Ends all connections, and refuses new ones. */
  cut(): Promise<void>;
  /** Everything is as it should be again. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Resolves with the program, built first when this machine does not have it (a minute).
 * @throws when it has to be built and Go is missing
 */
async function ensureToxiproxy(): Promise<string> {
  const program = join(cacheFolder(), `toxiproxy-${toxiproxyVersion}`, 'server');
  if (existsSync(program)) return program;
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'building-'));
  try {
    await promisify(execFile)('go', ['install', source], { env: { ...process.env, GOBIN: folder } });
    await rename(folder, join(cacheFolder(), `toxiproxy-${toxiproxyVersion}`));
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    if (existsSync(program)) return program;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const advice = 'Go is not installed; install it (Debian: golang), or leave the rows of Toxiproxy out';
    const reason = missing ? advice : (cause as Error).message;
    throw new Error(`Toxiproxy could not be built: ${reason}`, { cause });
  }
  return program;
}

/** Starts it with so many proxies, which refuse connections until they lead somewhere. It ends with our process at the latest. */
export async function startToxiproxy(count: number): Promise<Toxiproxy> {
  const program = await ensureToxiproxy();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-toxiproxy-'));
  const port = await freePort('127.0.0.1', new Set());
  const command = [program, '-host', '127.0.0.1', '-port', String(port)] as const;
  const child = startProcess(command, join(folder, 'output.log'), {
    boundTo: 'parent',
    removeFolder: folder,
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const call = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const init = { method: 'POST', body: JSON.stringify(body ?? {}) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, path === '/version' ? {} : init);
    const text = await response.text();
    if (!response.ok) throw new Error(`Toxiproxy refused ${path}: ${response.status} ${text}`);
    return text.startsWith('{') ? JSON.parse(text) : {};
  };
  const stop = async () => {
    // Nothing else may keep our process waiting for its end.
    child.ref();
    child.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  const names = Array.from({ length: count }, (_, index) => `broker-${index + 1}`);
  const each = async (work: (name: string, index: number) => Promise<unknown>) => {
    await Promise.all(names.map(work));
  };
  try {
    await waitFor(() => call('/version').then(() => true), { what: 'an answer of Toxiproxy' });
    const ports: number[] = [];
    for (const name of names) {
      const proxy = { name, listen: '127.0.0.1:0', upstream: '127.0.0.1:1' };
      const { listen } = await call('/proxies', proxy);
      ports.push(Number(String(listen).split(':').at(-1)));
    }
    return {
      ports,
      lead: (targets) =>
        each((name, index) =>
          call(`/proxies/${name}`, {
            listen: `127.0.0.1:${ports[index]}`,
            upstream: `127.0.0.1:${targets[index]}`,
            enabled: true,
          }),
        ),
      spoil: (toxic) =>
        each((name) =>
          Promise.all(
            ['upstream', 'downstream'].map((stream) => call(`/proxies/${name}/toxics`, { ...toxic, stream })),
          ),
        ),
      cut: () => each((name) => call(`/proxies/${name}`, { enabled: false })),
      mend: async () => {
        await call('/reset');
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
