/** Shows what comes in: a line for senders that come and go, a status line on a terminal; objects with `--json`. */
import type { IngestEvent } from '../../live/ingest/events.ts';
import { createLogger, type Logger } from '../../log.ts';
import { levelOf, type OutputSettings, onTerminal, writeJson } from '../output.ts';
import { createTerminalLogger } from '../terminal/reporter.ts';
import { Screen } from '../terminal/screen.ts';
import { type Style, styleFor } from '../terminal/style.ts';
import { cutEnd } from '../terminal/text.ts';
import { ingestLine, ingestLogEntry, statusText } from './lines.ts';

export interface IngestReporter {
  /** For the library: what is no event. */
  readonly logger: Logger;
  readonly onEvent: (event: IngestEvent) => void;
  /** A word of the command line itself. */
  notice(text: string): void;
  /** Takes the status line away. Idempotent; to be called before an error is printed. */
  close(): void;
}

export function createIngestReporter(output: OutputSettings): IngestReporter {
  if (output.json) {
    const logger = createLogger(levelOf(output, 'warn'));
    return { logger, onEvent: writeJson, notice: (text) => logger.warn(text), close: () => {} };
  }
  if (onTerminal()) return terminalReporter(output, styleFor(process.stderr, process.env));
  const logger = createLogger(levelOf(output, 'info'));
  return {
    logger,
    onEvent(event) {
      const { level, fields, message } = ingestLogEntry(event);
      logger[level](fields, message);
    },
    notice: (text) => logger.warn(text),
    close: () => {},
  };
}

function terminalReporter(output: OutputSettings, style: Style): IngestReporter {
  const screen = new Screen(process.stderr);
  const rates = new Map<string, number>();
  let isOpen = true;
  const draw = (lines: readonly string[]): void => {
    const status = cutEnd(statusText(rates, style), screen.columns - 1, style.signs.ellipsis);
    screen.draw(lines, isOpen && !output.quiet ? [status] : []);
  };
  return {
    logger: createTerminalLogger(levelOf(output, 'warn'), style, (line) => draw([line])),
    onEvent(event) {
      if (event.type === 'progress') rates.set(event.stream, event.bitrate);
      if (event.type === 'ended' || event.type === 'stream-failed') rates.delete(event.stream);
      const line = ingestLine(event, style);
      const isSaid = !output.quiet || ingestLogEntry(event).level === 'error';
      draw(line === undefined || !isSaid ? [] : [line]);
    },
    notice: (text) => draw([style.notice(`${style.signs.warning} ${text}`)]),
    close() {
      isOpen = false;
      draw([]);
    },
  };
}
