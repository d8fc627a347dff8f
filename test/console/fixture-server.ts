/** The console's own server and routes over a cluster that is made up; `node test/console/fixture-server.ts` serves it to be looked at. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parseArgs } from 'node:util';
import { boundHeap } from '../../src/cli/heap.ts';
import type { ListedKey, Role } from '../../src/console/contract.ts';
import { Access } from '../../src/console/http/access/access.ts';
import type { ConsoleServices } from '../../src/console/http/mount.ts';
import { openConsoleServer } from '../../src/console/http/server.ts';
import { Uploads } from '../../src/console/http/uploads/uploads.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { silentLogger } from '../../src/log.ts';
import { FixtureModel, type FixtureOptions } from './fixture-model.ts';

export interface FixtureServer {
  readonly url: string;
  readonly model: FixtureModel;
  /** Where what was dropped stands, by its paths. */
  readonly ready: string;
  readonly resent: readonly string[];
  /** A token for that role. */
  token(role: Role): string;
  close(): Promise<void>;
}

export interface FixtureServerOptions extends FixtureOptions {
  readonly port?: number;
  /** With one, nobody gets in without a token. */
  readonly key?: string;
  readonly spool: string;
  readonly model?: FixtureModel;
}

export async function openFixture({
  port = 0,
  key,
  spool,
  model: given,
  ...options
}: FixtureServerOptions): Promise<FixtureServer> {
  const model = given ?? new FixtureModel(options);
  const access = new Access({
    key,
    openRole: key === undefined ? 'administer' : undefined,
    ways: key === undefined ? [] : ['token'],
  });
  const uploads = await Uploads.open({
    spool,
    uploader: 'console',
    maxUpload: 100_000_000_000,
    uploadExpires: 86_400_000,
    // What came stays where it is, to be looked at.
    send: ({ signal }) => new Promise((resolve) => signal?.addEventListener('abort', resolve)),
    logger: silentLogger,
  });
  const resent: string[] = [];
  const keys: ListedKey[] = [];
  const services: ConsoleServices = {
    model,
    access,
    uploads,
    bytes: async function* (file) {
      yield Buffer.from(`the bytes of ${file}`);
    },
    actions: {
      resend: async (uploader, path) => void resent.push(`${uploader}/${path}`),
      keys: async () => keys,
      addKey: async ({ stream, name = '', expires }) => {
        if (stream.includes('..')) throw new ConfigurationError(`"${stream}" is no name of a stream`);
        const created = Date.now();
        const id = createHash('sha256').update(`${stream} ${created}`).digest('hex').slice(0, 12);
        const until = expires === undefined ? {} : { expires: created + expires };
        const made = { id, streams: stream, name, created, ...until };
        keys.push(made);
        return { ...made, key: `key-of-${id}` };
      },
      removeKey: async (id) => {
        const at = keys.findIndex((key) => key.id === id);
        return at === -1 ? 0 : keys.splice(at, 1).length;
      },
    },
    version: '0.9.0',
    host: '127.0.0.1',
    isSecure: false,
    logger: silentLogger,
  };
  const server = await openConsoleServer(services, { host: '127.0.0.1', port, logger: silentLogger });
  return {
    url: server.url,
    model,
    ready: join(spool, 'ready'),
    resent,
    token: (role) => access.tokenFor({ role, user: 'ada', expires: Date.now() + 3_600_000 }),
    async close() {
      await server.close();
      await uploads.close();
      if (given === undefined) await model.close();
    },
  };
}

/** One that its test owns. */
export async function startFixture(
  t: TestContext,
  options: Omit<FixtureServerOptions, 'spool'> = {},
): Promise<FixtureServer> {
  const spool = await mkdtemp(join(tmpdir(), 'sluice-console-'));
  const server = await openFixture({ ...options, spool });
  t.after(async () => {
    await server.close();
    await rm(spool, { recursive: true, force: true });
  });
  return server;
}

if (import.meta.main) {
  // As in the command.
  boundHeap('console');
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { spool: { type: 'string' }, fine: { type: 'boolean', default: false } },
  });
  const spool = values.spool ?? (await mkdtemp(join(tmpdir(), 'sluice-console-')));
  const server = await openFixture({ port: Number(positionals[0] ?? 8088), spool, isFine: values.fine });
  console.log(server.url);
}
