/** Tells a run to other programs: one JSON object a line on stdout, the log on stderr. */
import type { Logger } from '../log.ts';
import type { Reporter } from './reporter.ts';
import type { Verb } from './terminal/board.ts';

/** Writes a value as one line. */
export type WriteJson = (value: object) => void;

/** Every event as it is, and at the end `{ "type": "summary", "verb": ..., ... }`. */
export function createJsonReporter(verb: Verb, logger: Logger, write: WriteJson): Reporter {
  return {
    logger,
    onEvent: write,
    notice: (text) => logger.warn(text),
    summary: (summary) => write({ type: 'summary', verb, ...summary }),
    close: () => {},
  };
}
