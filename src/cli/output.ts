/** Where and how a verb speaks: people on a terminal, programs on stdout, logs on stderr. */
import type { Resolved } from '../config.ts';
import { createLogger, type Logger, type LogLevel, logLevels } from '../log.ts';
import { printableJson } from '../printable.ts';
import { optional, toggle } from './flags.ts';
import { createJsonReporter } from './json-reporter.ts';
import { createLogReporter } from './log-reporter.ts';
import type { Reporter } from './reporter.ts';
import type { Verb } from './terminal/board.ts';
import { createTerminalLogger, createTerminalReporter } from './terminal/reporter.ts';
import { styleFor } from './terminal/style.ts';
import { choice } from './values.ts';

export const outputFlags = {
  json: toggle('json', 'one JSON object a line on stdout, for programs'),
  quiet: toggle('quiet', 'say nothing but errors', '-q'),
  logLevel: optional('log-level', 'LEVEL', choice(logLevels), `${logLevels.join(', ')}`),
} as const;

export type OutputSettings = Resolved<typeof outputFlags>;

let lines = '';

/**
 * Writes one object as one line on stdout. The lines of one turn of the event loop go out together: with small files they
 * are thousands a second, and each write would wake the reader.
 */
export function writeJson(value: object): void {
  if (lines === '') setImmediate(flushLines);
  lines += `${jsonLine(value)}\n`;
}

/** One object as a line, without its end. */
export function jsonLine(value: object): string {
  return printableJson(JSON.stringify(value));
}

function flushLines(): void {
  const text = lines;
  lines = '';
  if (text !== '') process.stdout.write(text);
}

// Whoever ends the process at once has said what is to be said.
process.once('exit', flushLines);

/** True when stderr is a terminal that can redraw lines. */
export function onTerminal(): boolean {
  return process.stderr.isTTY === true && process.env.TERM !== 'dumb';
}

/** The level of the log: as asked for, otherwise the verb's own. */
export function levelOf({ logLevel, quiet }: OutputSettings, own: LogLevel): LogLevel {
  return logLevel ?? (quiet ? 'error' : own);
}

/** The log of a verb that only reads: warnings, unless it is to say more (`own`), for people where a terminal is. */
export function createVerbLogger(output: OutputSettings, own: LogLevel = 'warn'): Logger {
  const level = levelOf(output, own);
  if (output.json || !onTerminal()) return createLogger(level);
  const style = styleFor(process.stderr, process.env);
  return createTerminalLogger(level, style, (line) => process.stderr.write(`${line}\n`));
}

/** How an upload or a download is told. */
export function createReporter(verb: Verb, watching: boolean, output: OutputSettings): Reporter {
  if (output.json) return createJsonReporter(verb, createLogger(levelOf(output, 'warn')), writeJson);
  if (!onTerminal()) return createLogReporter(verb, createLogger(levelOf(output, 'info')));
  return createTerminalReporter({
    verb,
    watching,
    quiet: output.quiet,
    terminal: process.stderr,
    style: styleFor(process.stderr, process.env),
    logLevel: levelOf(output, 'warn'),
  });
}
