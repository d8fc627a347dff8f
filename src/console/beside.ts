/** The console beside live video, on a server of `sluice serve`. */
import type { FastifyInstance } from 'fastify';
import type { PageServer } from '../live/ingest/options.ts';
import { mountConsole } from './http/mount.ts';
import type { ConsoleRoutesOptions } from './options.ts';
import { openServices } from './services.ts';
import { consoleSettings } from './settings.ts';

export interface ConsoleBesideOptions extends ConsoleRoutesOptions {
  /** What the server listens on. */
  readonly host: string;
  readonly hasTls: boolean;
}

/** What is handed to the server, and what ends it behind the server. */
export interface ConsoleBeside {
  readonly page: (server: PageServer) => Promise<void>;
  close(): Promise<void>;
}

/** Rejects with ConfigurationError for options that cannot be. */
export async function consoleBeside({
  host,
  hasTls,
  ...options
}: ConsoleBesideOptions): Promise<ConsoleBeside> {
  // Where streams are watched is here.
  const settings = consoleSettings({ ...options, watchUrl: options.url ?? '' });
  const { services, close } = await openServices(settings, { host, hasTls });
  return {
    page: async (server) => void (await mountConsole(server as FastifyInstance, services)),
    close,
  };
}
