/** Shows a run on a terminal: lasting lines above, bars beneath, warnings of the log between them. */
import { type LoggerOptions, pino } from 'pino';
import type { Logger, LogLevel } from '../../log.ts';
import { printable } from '../../printable.ts';
import type { Reporter, Summary } from '../reporter.ts';
import { renderBoard } from './bars.ts';
import { type Board, emptyBoard, type RunEvent, tell, type Verb } from './board.ts';
import { lineOf, startedLine, summaryLines } from './lines.ts';
import { Screen, type Terminal } from './screen.ts';
import type { Style } from './style.ts';

export interface TerminalReporterOptions {
  readonly verb: Verb;
  readonly watching: boolean;
  /** Only what failed is shown. */
  readonly quiet: boolean;
  readonly terminal: Terminal;
  readonly style: Style;
  readonly logLevel: LogLevel;
}

/** Milliseconds between two frames. */
const frame = 100;

export function createTerminalReporter(options: TerminalReporterOptions): Reporter {
  const { verb, quiet, style, terminal } = options;
  const screen = new Screen(terminal);
  let board: Board = emptyBoard(verb, options.watching);
  let finished: string[] = [];
  let open = true;

  const draw = () => {
    const block = open && !quiet ? renderBoard(board, screen, style, performance.now()) : [];
    screen.draw(finished, block);
    finished = [];
  };
  const timer = setInterval(draw, frame);
  timer.unref();
  const print = (line: string) => {
    finished.push(line);
    if (!open) draw();
  };

  return {
    logger: createTerminalLogger(options.logLevel, style, print),
    onEvent(event: RunEvent) {
      board = tell(board, event, performance.now());
      const line = event.type === 'started' ? startedLine(event, verb, style) : lineOf(event, style);
      if (line !== undefined && (!quiet || isFailure(event))) print(line);
    },
    notice(text: string) {
      print(style.notice(`${style.signs.warning} ${text}`));
      draw();
    },
    summary(summary: Summary) {
      open = false;
      if (!quiet) finished.push(...summaryLines(summary, board, style));
      draw();
    },
    close() {
      open = false;
      clearInterval(timer);
      draw();
    },
  };
}

function isFailure(event: RunEvent): boolean {
  const isLoss = ['failed', 'refused-record', 'lost', 'not-removed', 'deletions-refused'].includes(
    event.type,
  );
  return isLoss || (event.type === 'not-sent' && !event.again);
}

/** A logger whose lines are made for people and go through `print`. */
export function createTerminalLogger(level: LogLevel, style: Style, print: (line: string) => void): Logger {
  const options: LoggerOptions = { level, base: null };
  const write = (text: string) => {
    const { level: number, msg }: { level: number; msg?: string } = JSON.parse(text);
    const message = printable(msg ?? text.trim());
    if (number >= 50) print(style.bad(`${style.signs.failed} ${message}`));
    else if (number >= 40) print(style.notice(`${style.signs.warning} ${message}`));
    else print(style.faint(`${style.signs.note} ${message}`));
  };
  return pino(options, { write });
}
