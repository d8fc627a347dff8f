/** Logging: pino on stderr, so that stdout stays for data (`cat`, `--json`). Secrets are redacted by name. */
import { type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger } from 'pino';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A logger that writes JSON lines to stderr. */
export function createLogger(level: LogLevel, options: LoggerOptions = {}): Logger {
  return pino({ level, base: null, ...options }, pino.destination({ dest: 2, sync: true }));
}

/** A logger that says nothing: the library's default, for a library does not print unasked. */
export const silentLogger: Logger = pino({ level: 'silent' });
