/** What is told while a stream is read, as log lines. */
import type { Logger } from '../../log.ts';

/** An event of reading: its own sentence where it has one, its other fields beside it. */
export interface ReadingEvent {
  readonly type: string;
  readonly message?: string;
}

const quiet: ReadonlySet<string> = new Set(['playing', 'progress', 'segment']);
const usual: ReadonlySet<string> = new Set(['started', 'file', 'resumed', 'connected', 'figures']);

/** Tells events by a log. */
export function logReadingEvents(logger: Logger): (event: ReadingEvent) => void {
  return (event) => {
    const { type, message, ...fields } = event;
    const level = quiet.has(type) ? 'debug' : usual.has(type) ? 'info' : 'warn';
    logger[level](fields, message ?? sentences[type] ?? type);
  };
}

const sentences: Readonly<Record<string, string>> = {
  playing: 'playing',
  started: 'recording',
  file: 'a file is whole',
  gap: 'the stream has a gap',
  progress: 'it goes on',
  connected: 'a target takes the stream',
};
