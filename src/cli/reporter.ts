/** How a run is told: on a terminal with bars, elsewhere as log lines, with `--json` as one object a line. */
import type { DownloadSummary, UploadSummary } from '../files/shared/options.ts';
import type { Logger } from '../log.ts';
import type { RunEvent } from './terminal/board.ts';

export type Summary = UploadSummary | DownloadSummary;

export interface Reporter {
  /** For the library: what is no event. */
  readonly logger: Logger;
  readonly onEvent: (event: RunEvent) => void;
  /** A word of the command line itself, e.g. that a signal was understood. */
  notice(text: string): void;
  /** The last word of a run that ended without an error. */
  summary(summary: Summary): void;
  /** Takes the bars away. Idempotent; to be called before an error is printed. */
  close(): void;
}
