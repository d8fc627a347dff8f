/** Logging: pino on stderr, so that stdout stays for data (`cat`, `--json`). Secrets are redacted by name. */
import { type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger } from 'pino';

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Bytes of lines that wait for a log which cannot be written, as long as its disk is full; what is more is lost. */
const waiting = 1024 * 1024;

/** A logger that writes JSON lines to stderr. That they cannot be written is no reason for anything else to fail. */
export function createLogger(level: LogLevel, options: LoggerOptions = {}): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: waiting });
  destination.on('error', () => {});
  return pino({ level, base: null, ...options }, destination);
}

/** A logger that says nothing: the library's default, for a library does not print unasked. */
export const silentLogger: Logger = pino({ level: 'silent' });
