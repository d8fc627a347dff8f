/** Shows a verb that reads a stream for hours: its log, and on a terminal a line below it that says how far it is. */
import type { Logger } from '../../log.ts';
import * as quantity from '../../quantities.ts';
import { createVerbLogger, levelOf, type OutputSettings, onTerminal, writeJson } from '../output.ts';
import { createTerminalLogger } from '../terminal/reporter.ts';
import { Screen, type Terminal } from '../terminal/screen.ts';
import { type Style, styleFor } from '../terminal/style.ts';
import { cutEnd } from '../terminal/text.ts';
import { logReadingEvents, type ReadingEvent } from './read-events.ts';

export interface ReadingReporter<E extends ReadingEvent> {
  /** For the library: what is no event. */
  readonly logger: Logger;
  readonly onEvent: (event: E) => void;
  /** Takes the line away. Idempotent; to be called before anything else is printed. */
  close(): void;
}

/** How far it is, by an event that says so; undefined for others. */
export type ProgressText<E> = (event: E) => string | undefined;

export function createReadingReporter<E extends ReadingEvent>(
  output: OutputSettings,
  progress: ProgressText<E>,
): ReadingReporter<E> {
  if (!output.json && onTerminal()) {
    const style = styleFor(process.stderr, process.env);
    return terminalReading({ output, progress, style, terminal: process.stderr });
  }
  const logger = createVerbLogger(output, output.json ? 'warn' : 'info');
  return { logger, onEvent: output.json ? writeJson : logReadingEvents(logger), close: () => {} };
}

interface TerminalReading<E> {
  readonly output: OutputSettings;
  readonly progress: ProgressText<E>;
  readonly style: Style;
  readonly terminal: Terminal;
}

/** The same on a terminal. */
export function terminalReading<E extends ReadingEvent>({
  output,
  progress,
  style,
  terminal,
}: TerminalReading<E>): ReadingReporter<E> {
  const screen = new Screen(terminal);
  let line: string | undefined;
  const draw = (finished: readonly string[] = []): void =>
    screen.draw(finished, line === undefined ? [] : [cutEnd(line, screen.columns - 1)]);
  const logger = createTerminalLogger(levelOf(output, 'info'), style, (text) => draw([text]));
  const tell = logReadingEvents(logger);
  return {
    logger,
    onEvent(event) {
      tell(event);
      const text = output.quiet ? undefined : progress(event);
      if (text === undefined) return;
      line = ` ${style.signs.down} ${text}`;
      draw();
    },
    close() {
      line = undefined;
      draw();
    },
  };
}

/** What was read of a stream. */
export interface Amount {
  readonly segments: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly gaps: number;
}

/** E.g. `5 min, 150 segments, 37 MB, 1 gap`. Pure. */
export function amountOf({ segments, seconds, bytes, gaps }: Amount): string {
  return [
    quantity.duration(seconds),
    `${segments} ${segments === 1 ? 'segment' : 'segments'}`,
    quantity.bytes(bytes),
    ...(gaps === 0 ? [] : [`${gaps} ${gaps === 1 ? 'gap' : 'gaps'}`]),
  ].join(', ');
}
