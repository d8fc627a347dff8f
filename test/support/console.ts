/** A console of a test's own: its routes over a model that was made, on a server of its own. */
import type { TestContext } from 'node:test';
import { Access, type AccessOptions } from '../../src/console/http/access/access.ts';
import type { Actions } from '../../src/console/http/actions.ts';
import type { FileBytes } from '../../src/console/http/files/routes.ts';
import type { ConsoleServices } from '../../src/console/http/mount.ts';
import { type ConsoleServerOptions, openConsoleServer } from '../../src/console/http/server.ts';
import { silentLogger } from '../../src/log.ts';
import { MadeModel } from './made-model.ts';

export interface ConsoleRoom {
  readonly model?: MadeModel;
  readonly access?: Partial<AccessOptions>;
  readonly bytes?: FileBytes;
  readonly actions?: Partial<Actions>;
  readonly services?: Partial<ConsoleServices>;
  readonly server?: Partial<ConsoleServerOptions>;
}

const noActions: Actions = {
  resend: () => Promise.resolve(),
  keys: () => Promise.resolve([]),
  addKey: ({ stream }) =>
    Promise.resolve({ id: 'a'.repeat(12), key: 'k', streams: stream, name: '', created: 1 }),
  removeKey: () => Promise.resolve(1),
};

/** Listens on a free port until the test ends. Gives the URL of the page. */
export async function startConsole(t: TestContext, room: ConsoleRoom = {}) {
  const { model = new MadeModel(), bytes = noBytes } = room;
  const services: ConsoleServices = {
    model,
    access: new Access({ openRole: 'administer', ways: [], ...room.access }),
    bytes,
    actions: { ...noActions, ...room.actions },
    version: '1.2.3',
    host: '127.0.0.1',
    isSecure: false,
    logger: silentLogger,
    ...room.services,
  };
  const server = await openConsoleServer(services, {
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    ...room.server,
  });
  t.after(() => server.close());
  return { url: server.url, server, model, services };
}

// biome-ignore lint/correctness/useYield: there are none.
async function* noBytes(): AsyncGenerator<Uint8Array> {
  throw new Error('this test has no bytes');
}

/** The session's token for changes. */
export async function csrfOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${url}api/session`, { headers });
  return ((await response.json()) as { csrf: string }).csrf;
}
