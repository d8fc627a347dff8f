/** What `sluice ingest` tells, in words: lasting lines, log lines, a status line. Pure. */
import type { IngestEvent, StreamEvent } from '../../live/ingest/events.ts';
import type { LogLevel } from '../../log.ts';
import { printable } from '../../printable.ts';
import { bitrateText, publishLogEntry } from '../live/publish-lines.ts';
import type { Style } from '../terminal/style.ts';

export interface LogEntry {
  readonly level: Exclude<LogLevel, 'silent' | 'trace'>;
  readonly fields: object;
  readonly message: string;
}

function isOfStream(event: IngestEvent): event is StreamEvent {
  switch (event.type) {
    case 'listening':
    case 'figures':
    case 'sender':
    case 'refused':
    case 'stream-failed':
    case 'notice':
      return false;
    default:
      return event.stream !== undefined;
  }
}

/** An event as a log line: its own sentence, its other fields beside it. */
export function ingestLogEntry(event: IngestEvent): LogEntry {
  if (isOfStream(event)) {
    const { level, fields, message } = publishLogEntry(event);
    return { level, fields: { stream: event.stream, ...fields }, message };
  }
  const { type, ...rest } = event;
  switch (event.type) {
    case 'listening':
    case 'figures':
      return { level: 'info', fields: rest, message: type };
    case 'sender': {
      const { message, ...fields } = event;
      const isWarning = event.state === 'lost' || event.state === 'took-over';
      return { level: isWarning ? 'warn' : 'info', fields, message };
    }
    case 'refused':
    case 'notice':
    case 'waiting': {
      const { message, ...fields } = event;
      return { level: 'warn', fields, message };
    }
    case 'stream-failed': {
      const { message, ...fields } = event;
      return { level: 'error', fields, message };
    }
    default:
      return { level: 'info', fields: { type }, message: 'message' in rest ? String(rest.message) : type };
  }
}

/** The line that an event leaves behind on a terminal; undefined for what only moves the status line. */
export function ingestLine(event: IngestEvent, style: Style): string | undefined {
  const { signs, good, notice, bad, faint, strong } = style;
  if (event.type === 'listening')
    return `${good(signs.done)} Senders may come: ${strong(printable(event.url))}`;
  const { level, message } = ingestLogEntry(event);
  const whose = isOfStream(event) || event.type === 'sender' ? `${printable(event.stream)}: ` : '';
  const said = `${whose}${printable(message)}`;
  if (event.type === 'sender') return `${(event.state === 'admitted' ? good : notice)(signs.note)} ${said}`;
  if (level === 'error') return bad(`${signs.failed} ${said}`);
  if (level === 'warn') return notice(`${signs.warning} ${said}`);
  return event.type === 'resumed' ? faint(`${signs.done} ${said}`) : undefined;
}

/** What comes in, in one line: bit rates by stream. */
export function statusText(rates: ReadonlyMap<string, number>, { signs }: Style): string {
  const each = [...rates].map(([stream, rate]) => `${printable(stream)} ${bitrateText(rate)}`);
  return each.length === 0 ? 'nobody sends' : each.join(signs.separator);
}
