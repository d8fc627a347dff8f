/** Runs something so that its figures can be asked for while it runs; without a port nothing is loaded, and nothing counted. */
import type { Watched } from './figure.ts';
import { type FiguresEvent, type FiguresOptions, figuresDefaults } from './options.ts';

/** Counts by what is told. */
export interface Watcher<E> extends Watched {
  see(event: E): void;
}

type Told<E> = { readonly onEvent?: (event: E | FiguresEvent) => void };

/** Somebody who can be asked, until it is closed. */
export interface OpenFigures<O, W> {
  /** With events that the watcher sees. */
  readonly options: O;
  readonly watcher?: W;
  close(): Promise<void>;
}

/** `open` makes the watcher; `run` is called with options whose events it sees. The result is that of `run`. */
export async function withFigures<E, W extends Watcher<E>, O extends FiguresOptions, R>(
  options: O & Told<E>,
  open: () => Promise<W>,
  run: (options: O, watcher?: W) => Promise<R>,
): Promise<R> {
  const opened = await figuresOf(options, open);
  try {
    return await run(opened.options, opened.watcher);
  } finally {
    await opened.close();
  }
}

/** The same for what is no call: whoever asks closes it. */
export async function figuresOf<E, W extends Watcher<E>, O extends FiguresOptions>(
  options: O & Told<E>,
  open: () => Promise<W>,
): Promise<OpenFigures<O, W>> {
  const { metricsPort: port, metricsHost: host = figuresDefaults.metricsHost, onEvent } = options;
  if (port === undefined) return { options, close: () => Promise.resolve() };
  const [{ openFigures }, watcher] = await Promise.all([import('./server.ts'), open()]);
  const server = await openFigures({ watched: watcher, host, port });
  onEvent?.({ type: 'figures', url: server.url });
  const see = (event: E): void => {
    watcher.see(event);
    onEvent?.(event);
  };
  return { options: { ...options, onEvent: see }, watcher, close: () => server.close() };
}
