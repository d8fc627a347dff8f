/** The console as a function: `sluice console`. */
import { describeError } from '../errors.ts';
import type { Figure, Watched } from '../figures/figure.ts';
import { silentLogger } from '../log.ts';
import type { ConsoleModel } from './contract.ts';
import { consoleFigures } from './figures.ts';
import { type ConsoleServer, openConsoleServer } from './http/server.ts';
import { type ConsoleOptions, consoleDefaults } from './options.ts';
import { openServices } from './services.ts';
import { consoleSettings } from './settings.ts';

/** A console that runs. */
export interface RunningConsole {
  /** Of the page. */
  readonly url: string;
  /** Resolves when it has ended after `close` or the signal. */
  readonly ended: Promise<void>;
  /** Ends it in good order: uploads that are under way can be gone on with after the next start. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves the console's page and what it asks. Resolves once it listens, also while Kafka is away. Rejects with ConfigurationError when
 * options do not go together, or it may not listen there. `model`: another one than the cluster's, for tests.
 */
export async function openConsole(options: ConsoleOptions, model?: ConsoleModel): Promise<RunningConsole> {
  const settings = consoleSettings(options);
  const { host = consoleDefaults.host, port = consoleDefaults.port, tls, signal } = settings;
  const { logger = silentLogger, onEvent = () => {}, topic } = settings;
  const opened = await openServices(settings, {
    host,
    hasTls: tls !== undefined,
    model,
  });
  const { model: own } = opened.services;
  let server: ConsoleServer | undefined;
  try {
    const serving = await openConsoleServer(opened.services, { host, port, tls, logger });
    server = serving;
    const figures = await openFiguresOf(
      settings,
      consoleFigures({ ...opened.services, mounted: serving.mounted }),
      // What is wrong it says on its page, and no other console would know more.
      { unready: () => undefined, unwell: () => own.trouble() ?? opened.services.uploads?.outbox.trouble },
    );
    onEvent({ type: 'serving', url: serving.url, topic });
    tellTrouble(own, onEvent);
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const ended = stopped.promise.then(async () => {
      await serving.close();
      await opened.close();
      await figures?.close();
    });
    ended.catch((error: unknown) => logger.error({ reason: describeError(error) }, 'the console has ended'));
    return {
      url: serving.url,
      ended,
      async close() {
        stop();
        await ended.catch(() => {});
      },
    };
  } catch (error) {
    await server?.close();
    await opened.close();
    throw error;
  }
}

/** Whether Kafka can be reached is known by who looks all the time. */
function tellTrouble(model: ConsoleModel, onEvent: NonNullable<ConsoleOptions['onEvent']>): void {
  let said: string | undefined;
  const look = (): void => {
    const trouble = model.trouble();
    if (trouble !== undefined && said === undefined) onEvent({ type: 'waiting', message: trouble });
    if (trouble === undefined && said !== undefined)
      onEvent({ type: 'resumed', message: 'The cluster can be reached again' });
    said = trouble;
  };
  model.watch((event) => {
    if (event === 'trouble') look();
  });
  look();
}

async function openFiguresOf(
  { metricsPort: port, metricsHost: host = consoleDefaults.metricsHost, onEvent }: ConsoleOptions,
  figures: readonly Figure[],
  health: Omit<Watched, 'figures'>,
) {
  if (port === undefined) return undefined;
  const { openFigures } = await import('../figures/server.ts');
  const server = await openFigures({ watched: { figures, ...health }, host, port });
  onEvent?.({ type: 'figures', url: server.url });
  return server;
}
