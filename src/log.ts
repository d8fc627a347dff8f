/** Logging: pino on stderr, so that stdout stays for data (`cat`, `--json`). No secret is ever handed to it. */
import { type Logger, type LoggerOptions, pino } from 'pino';
import { printableJson } from './printable.ts';

export type { Logger } from 'pino';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Bytes of lines that wait for a log which cannot be written, as long as its disk is full; what is more is lost. */
const waiting = 1024 * 1024;

/** A logger that writes JSON lines to stderr. That they cannot be written is no reason for anything else to fail. */
export function createLogger(level: LogLevel, options: LoggerOptions = {}): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: waiting });
  destination.on('error', () => {});
  const write = (line: string): void => void destination.write(printableJson(line));
  return pino({ level, base: null, ...options }, { write });
}

/** A logger that says nothing: the library's default, for a library does not print unasked. */
export const silentLogger: Logger = pino({ level: 'silent' });
