/** Shows a server: a line for what comes and goes, and how many watch; objects with `--json`. */
import type { ServeEvent } from '../delivery/serve-options.ts';
import { createLogger, type Logger, type LogLevel } from '../log.ts';
import { printable } from '../printable.ts';
import { number } from '../quantities.ts';
import { levelOf, type OutputSettings, onTerminal, writeJson } from './output.ts';
import { createTerminalLogger } from './terminal/reporter.ts';
import { Screen } from './terminal/screen.ts';
import { type Style, styleFor } from './terminal/style.ts';
import { cutEnd } from './terminal/text.ts';

export interface ServeReporter {
  /** For the library: what is no event. */
  readonly logger: Logger;
  readonly onEvent: (event: ServeEvent) => void;
  /** A word of the command line itself. */
  notice(text: string): void;
  /** Takes the status line away. Idempotent; to be called before an error is printed. */
  close(): void;
}

export function createServeReporter(output: OutputSettings): ServeReporter {
  if (output.json) {
    const logger = createLogger(levelOf(output, 'warn'));
    return { logger, onEvent: writeJson, notice: (text) => logger.warn(text), close: () => {} };
  }
  if (!onTerminal()) return logReporter(createLogger(levelOf(output, 'info')));
  return terminalReporter(output, styleFor(process.stderr, process.env));
}

/** An event as a log line. Pure. */
export function serveLogEntry(event: ServeEvent): { level: LogLevel; fields: object; message: string } {
  const { type, ...fields } = event;
  switch (event.type) {
    case 'serving':
      return { level: 'info', fields, message: 'serving' };
    case 'stream':
      return { level: 'info', fields, message: `stream ${event.state}` };
    case 'figures':
      return { level: 'info', fields, message: 'figures' };
    case 'viewers':
      return { level: 'debug', fields, message: 'viewers' };
    case 'resumed':
      return { level: 'info', fields: {}, message: event.message };
    case 'waiting':
    case 'warning':
      return { level: 'warn', fields: { type }, message: event.message };
  }
}

function logReporter(logger: Logger): ServeReporter {
  return {
    logger,
    onEvent(event) {
      const { level, fields, message } = serveLogEntry(event);
      if (level !== 'silent') logger[level](fields, message);
    },
    notice: (text) => logger.warn(text),
    close: () => {},
  };
}

/** An event as it stays on a terminal; undefined for what only changes the status line. Pure. */
export function serveLine(
  event: ServeEvent,
  { good, bad, notice, strong, faint, signs }: Style,
): string | undefined {
  switch (event.type) {
    case 'serving':
      return `${good(signs.done)} Serving topic ${printable(event.topic)} at ${strong(printable(event.url))}/`;
    case 'stream': {
      const { stream, state } = event;
      const said = { live: 'is live', ended: 'is over; it can still be watched', gone: 'is gone' }[state];
      return `${state === 'live' ? good(signs.done) : faint(signs.note)} ${printable(stream)} ${said}`;
    }
    case 'figures':
      return faint(`figures at ${printable(event.url)}/metrics`);
    case 'viewers':
      return undefined;
    case 'resumed':
      return `${good(signs.done)} ${printable(event.message)}`;
    case 'waiting':
    case 'warning':
      return `${(event.type === 'waiting' ? notice : bad)(signs.warning)} ${printable(event.message)}`;
  }
}

/** Who watches, in one line. Pure. */
export function viewersLine(
  { viewers, streams }: Extract<ServeEvent, { type: 'viewers' }>,
  style: Style,
): string {
  const total = viewers === 1 ? '1 viewer' : `${number(viewers)} viewers`;
  const each = Object.entries(streams).map(([stream, count]) => `${printable(stream)} ${number(count)}`);
  return each.length < 2 ? total : `${total}${style.signs.separator}${each.join(', ')}`;
}

function terminalReporter(output: OutputSettings, style: Style): ServeReporter {
  const screen = new Screen(process.stderr);
  let status: readonly string[] = [];
  const draw = (lines: readonly string[]): void => {
    screen.draw(lines, output.quiet ? [] : status);
  };
  return {
    logger: createTerminalLogger(levelOf(output, 'warn'), style, (line) => draw([line])),
    onEvent(event) {
      if (event.type === 'viewers')
        status = [cutEnd(viewersLine(event, style), screen.columns - 1, style.signs.ellipsis)];
      const line = serveLine(event, style);
      draw(line === undefined || output.quiet ? [] : [line]);
    },
    notice: (text) => draw([style.notice(`${style.signs.warning} ${text}`)]),
    close() {
      status = [];
      draw([]);
    },
  };
}
