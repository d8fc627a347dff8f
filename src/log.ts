/** Logging: pino on stderr, so that stdout stays for data (`cat`, `--json`). No secret is ever handed to it. */
import { pino } from 'pino';
import { printableJson } from './printable.ts';

/** Writes a line: a text, or fields and a text. */
export interface WriteLine {
  (text: string): void;
  (fields: object, text?: string): void;
}

/** What Sluice asks of a logger: one of pino's has it. Told here, so that nobody needs pino's types for ours. */
export interface Logger {
  level: string;
  readonly fatal: WriteLine;
  readonly error: WriteLine;
  readonly warn: WriteLine;
  readonly info: WriteLine;
  readonly debug: WriteLine;
  readonly trace: WriteLine;
  readonly silent: WriteLine;
  isLevelEnabled(level: string): boolean;
  child(fields: object, options?: { readonly level?: string }): Logger;
}

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Bytes of lines that wait for a log which cannot be written, as long as its disk is full; what is more is lost. */
const waiting = 1024 * 1024;

/** A logger that writes JSON lines to stderr. That they cannot be written is no reason for anything else to fail. */
export function createLogger(level: LogLevel): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: waiting });
  destination.on('error', () => {});
  const write = (line: string): void => void destination.write(printableJson(line));
  return pino({ level, base: null }, { write });
}

/** A logger that says nothing: the library's default, for a library does not print unasked. */
export const silentLogger: Logger = pino({ level: 'silent' });
