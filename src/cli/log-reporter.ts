/** Tells a run in log lines, for services and everything else without a terminal. */
import type { Logger } from '../log.ts';
import type { Reporter } from './reporter.ts';
import type { RunEvent, Verb } from './terminal/board.ts';

type Level = 'error' | 'warn' | 'info' | 'debug';

/** One log line. */
export interface LogEntry {
  readonly level: Level;
  readonly fields: object;
  readonly message: string;
}

const levels: Readonly<Record<RunEvent['type'], Level>> = {
  started: 'info',
  sent: 'info',
  received: 'info',
  'not-replaced': 'info',
  'would-send': 'info',
  'not-sent': 'error',
  settled: 'info',
  removed: 'info',
  'not-removed': 'error',
  'link-sent': 'info',
  linked: 'info',
  'hard-link-sent': 'info',
  'hard-linked': 'info',
  'folder-sent': 'debug',
  'folder-made': 'debug',
  'deletion-sent': 'info',
  'deletions-refused': 'error',
  'would-delete': 'info',
  deleted: 'info',
  kept: 'warn',
  failed: 'error',
  aborted: 'info',
  'refused-record': 'error',
  assigned: 'info',
  lost: 'error',
  progress: 'debug',
  waiting: 'warn',
  resumed: 'info',
  warning: 'warn',
  figures: 'info',
};

const messages: Partial<Record<RunEvent['type'], string>> = {
  started: 'started',
  sent: 'sent',
  received: 'received',
  'not-replaced': 'not replaced',
  'would-send': 'would send',
  'not-sent': 'not sent',
  settled: 'nothing is wrong any more',
  removed: 'removed from the source',
  'not-removed': 'not removed',
  'link-sent': 'link sent',
  linked: 'link received',
  'hard-link-sent': 'hard link sent',
  'hard-linked': 'hard link received',
  'folder-sent': 'folder sent',
  'folder-made': 'folder received',
  'deletion-sent': 'gone from the source',
  'would-delete': 'would tell that it is gone',
  deleted: 'removed, for it went at the source',
  kept: 'not removed',
  aborted: 'given up by its uploader',
  'refused-record': 'record skipped',
  assigned: 'reads these partitions for its group',
  progress: 'progress',
  figures: 'figures',
};

/** An event as a log line: its own sentence where it has one, its other fields beside it. Pure. */
export function logEntry(event: RunEvent): LogEntry {
  const { type, ...rest } = event;
  const level = type === 'not-sent' && event.again ? 'warn' : levels[type];
  if (!('message' in rest)) return { level, fields: rest, message: messages[type] ?? type };
  const { message, ...fields } = rest;
  return { level, fields, message };
}

/** Tells the events of a verb that only reads, which has no reporter of its own. */
export function logEvents(logger: Logger): (event: RunEvent) => void {
  return (event) => {
    const { level, fields, message } = logEntry(event);
    logger[level](fields, message);
  };
}

/** Milliseconds between two signs of life at level `info` while something moves. */
const heartbeat = 30_000;

export function createLogReporter(
  verb: Verb,
  logger: Logger,
  now: () => number = () => performance.now(),
): Reporter {
  const tell = logEvents(logger);
  let beat = now();
  let bytesBefore = 0;
  return {
    logger,
    onEvent(event) {
      tell(event);
      if (event.type !== 'progress' || now() - beat < heartbeat || event.bytesDone === bytesBefore) return;
      beat = now();
      bytesBefore = event.bytesDone;
      const { filesDone, filesOpen, filesFailed, bytesDone, bytesTotal } = event;
      logger.info({ filesDone, filesOpen, filesFailed, bytesDone, bytesTotal }, `${verb} goes on`);
    },
    notice: (text) => logger.warn(text),
    summary: (summary) => logger.info({ ...summary }, `${verb} ended`),
    close: () => {},
  };
}
