/** Shows a publisher: a redrawn status line on a terminal, log lines elsewhere, objects with `--json`. */
import type { LiveProgressEvent, LiveStartedEvent, PublishEvent } from '../../live/publish/events.ts';
import type { PublishSummary } from '../../live/publish/options.ts';
import { createLogger, type Logger } from '../../log.ts';
import { levelOf, type OutputSettings, onTerminal, writeJson } from '../output.ts';
import { createTerminalLogger } from '../terminal/reporter.ts';
import { Screen, type Terminal } from '../terminal/screen.ts';
import { type Style, styleFor } from '../terminal/style.ts';
import { lastingLine, publishLogEntry, publishSummaryLine, statusLine } from './publish-lines.ts';

export interface PublishReporter {
  /** For the library: what is no event. */
  readonly logger: Logger;
  readonly onEvent: (event: PublishEvent) => void;
  /** A word of the command line itself. */
  notice(text: string): void;
  summary(summary: PublishSummary): void;
  /** Takes the status line away. Idempotent; to be called before an error is printed. */
  close(): void;
}

export function createPublishReporter(output: OutputSettings): PublishReporter {
  if (output.json) return jsonReporter(createLogger(levelOf(output, 'warn')));
  if (!onTerminal()) return logReporter(createLogger(levelOf(output, 'info')));
  const style = styleFor(process.stderr, process.env);
  return terminalReporter({ output, style, terminal: process.stderr });
}

function jsonReporter(logger: Logger): PublishReporter {
  return {
    logger,
    onEvent: writeJson,
    notice: (text) => logger.warn(text),
    summary: (summary) => writeJson({ type: 'summary', verb: 'live publish', ...summary }),
    close: () => {},
  };
}

/** Milliseconds between two signs of life at level `info`. */
const heartbeat = 30_000;

function logReporter(logger: Logger): PublishReporter {
  let beat = performance.now();
  return {
    logger,
    onEvent(event) {
      const { level, fields, message } = publishLogEntry(event);
      const isDue = event.type === 'progress' && performance.now() - beat >= heartbeat;
      if (isDue) beat = performance.now();
      logger[isDue ? 'info' : level](fields, isDue ? 'on the air' : message);
    },
    notice: (text) => logger.warn(text),
    summary: (summary) => logger.info({ ...summary }, 'published'),
    close: () => {},
  };
}

interface TerminalOptions {
  readonly output: OutputSettings;
  readonly style: Style;
  readonly terminal: Terminal;
}

function terminalReporter({ output, style, terminal }: TerminalOptions): PublishReporter {
  const screen = new Screen(terminal);
  let started: LiveStartedEvent | undefined;
  let progress: LiveProgressEvent | undefined;
  let waiting: string | undefined;
  let isOpen = true;
  const draw = (finished: readonly string[] = []): void => {
    const space = { style, width: screen.columns - 1 };
    const isShown = isOpen && !output.quiet;
    screen.draw(
      finished,
      isShown && started !== undefined ? [statusLine(started, progress, waiting, space)] : [],
    );
  };
  return {
    logger: createTerminalLogger(levelOf(output, 'warn'), style, (line) => draw([line])),
    onEvent(event) {
      if (event.type === 'started') started = event;
      if (event.type === 'progress') progress = event;
      if (event.type === 'waiting') waiting = 'waiting';
      if (event.type === 'resumed') waiting = undefined;
      const line = lastingLine(event, style);
      const isFailure = event.type === 'gap' || event.type === 'fenced';
      draw(line === undefined || (output.quiet && !isFailure) ? [] : [line]);
    },
    notice: (text) => draw([style.notice(`${style.signs.warning} ${text}`)]),
    summary(summary) {
      isOpen = false;
      draw(output.quiet ? [] : [publishSummaryLine(summary, style)]);
    },
    close() {
      isOpen = false;
      draw();
    },
  };
}
