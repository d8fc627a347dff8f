/** The lasting lines of a run on a terminal: one per finished file, failure and notice, and the summary. Pure. */
import type { RefusedRecordEvent, StartedEvent } from '../../files/shared/events.ts';
import type { DownloadSummary, UploadSummary } from '../../files/shared/options.ts';
import { printable } from '../../printable.ts';
import * as quantity from '../../quantities.ts';
import type { Board, Failure, RunEvent, Verb } from './board.ts';
import type { Style } from './style.ts';

/** The line that an event leaves behind; undefined for what only moves the bars. */
export function lineOf(event: RunEvent, style: Style): string | undefined {
  const { done, failed, skipped, warning } = style.signs;
  const good = (path: string, size: number, note = '') =>
    `${style.good(done)} ${printable(path)}  ${style.faint(quantity.bytes(size) + note)}`;
  const bad = (path: string, reason: string) =>
    `${style.bad(`${failed} ${printable(path)}`)}: ${printable(reason)}`;
  const notice = (text: string) => style.notice(`${warning} ${printable(text)}`);
  switch (event.type) {
    case 'sent': {
      const resumed = event.resumedFrom > 0 ? `, continued at ${quantity.bytes(event.resumedFrom)}` : '';
      return good(event.path, event.size, resumed);
    }
    case 'received': {
      const kept = event.keptAs === undefined ? '' : `, what stood there is ${printable(event.keptAs)}`;
      return good(event.target, event.size, kept);
    }
    case 'not-replaced':
      return style.faint(`${skipped} ${printable(`${event.target}: ${event.reason}`)}`);
    case 'not-sent':
      return event.again
        ? notice(`${event.path}: ${event.reason}; will be tried again`)
        : bad(event.path, event.reason);
    case 'not-removed':
      return bad(event.path, event.reason);
    case 'link-sent':
      return `${style.good(done)} ${printable(event.path)}  ${style.faint(`-> ${printable(event.to)}`)}`;
    case 'linked':
      return `${style.good(done)} ${printable(event.target)}  ${style.faint(`-> ${printable(event.to)}`)}`;
    case 'deletion-sent':
      return style.faint(`${skipped} ${printable(event.path)}: gone from the source`);
    case 'deleted':
      return style.faint(`${skipped} ${printable(event.target)}: went at the source`);
    case 'kept':
      return notice(`${event.target}: ${event.reason}`);
    case 'deletions-refused':
      return style.bad(`${failed} ${printable(event.message)}`);
    case 'failed':
      return bad(`${event.uploader}/${event.path}`, event.message);
    case 'aborted':
      return style.faint(
        `${skipped} ${printable(`${event.uploader}/${event.path}: given up by its uploader (${event.reason})`)}`,
      );
    case 'refused-record':
      return bad(recordName(event), event.reason);
    case 'assigned':
      return style.faint(
        printable(
          event.partitions.length === 0
            ? `group ${event.group}: all partitions are read by others`
            : `group ${event.group}: this member reads partitions ${event.partitions.join(', ')}`,
        ),
      );
    case 'lost':
      return style.bad(`${failed} ${printable(event.message)}`);
    case 'warning':
      return notice(event.message);
    case 'figures':
      return style.faint(`figures at ${event.url}/metrics`);
    case 'resumed':
      return style.faint(`${done} ${printable(event.message)}`);
    default:
      return undefined;
  }
}

/** A record that was skipped: whose it was, where it says so, and where it stands. */
function recordName({ uploader, path, partition, offset }: RefusedRecordEvent): string {
  const file = [uploader, path].filter((name) => name !== undefined).join('/');
  const record = `record skipped at partition ${partition}, offset ${offset}`;
  return file === '' ? record : `${file}, ${record}`;
}

/** The first line: what goes where. */
export function startedLine(started: StartedEvent, verb: Verb, style: Style): string {
  const place = style.strong(printable(started.place));
  const topic = `topic ${style.strong(printable(started.topic))}`;
  const by = style.faint(`as ${printable(started.name)}, ${started.partitions} partitions`);
  return verb === 'upload' ? `Sending ${place} to ${topic} ${by}` : `Receiving ${topic} into ${place} ${by}`;
}

/** Bytes from which on a rate says something about the way, and not about starting. */
const meaningful = 1_000_000;

/** Failures that a summary names before it only counts them. */
const namedFailures = 20;

/** The last lines: how much, how fast, what failed and why. */
export function summaryLines(
  summary: UploadSummary | DownloadSummary,
  { verb, failures }: Pick<Board, 'verb' | 'failures'>,
  style: Style,
): string[] {
  const { files, bytes, seconds, unchanged, failed, interrupted } = summary;
  const speed = seconds > 0 && bytes >= meaningful ? ` (${quantity.rate(bytes / seconds)})` : '';
  const moved = verb === 'upload' ? 'Sent' : 'Received';
  const amount = files === 0 ? 'no new files' : `${quantity.files(files)}, ${quantity.bytes(bytes)},`;
  const before = verb === 'upload' ? 'sent before' : 'there already';
  const notes = [
    unchanged > 0 ? `${quantity.number(unchanged)} ${before}` : '',
    'open' in summary && summary.open > 0
      ? `${quantity.number(summary.open)} not complete on the topic yet`
      : '',
    'notReplaced' in summary && summary.notReplaced > 0
      ? `${quantity.number(summary.notReplaced)} left as they stood there`
      : '',
    failed > 0 ? style.bad(`${quantity.number(failed)} failed`) : '',
    interrupted ? style.notice('interrupted; the next run goes on from here') : '',
  ].filter((note) => note !== '');
  const tail = notes.length === 0 ? '' : `; ${notes.join(', ')}`;
  const first = `${style.strong(`${moved} ${amount}`)} in ${quantity.duration(seconds)}${speed}${tail}.`;
  return failed > 0 ? [first, ...failureLines([...failures.values()], failed, style)] : [first];
}

function failureLines(failures: readonly Failure[], failed: number, style: Style): string[] {
  const named = failures
    .slice(0, namedFailures)
    .map(({ path, reason }) => `  ${style.bad(style.signs.failed)} ${printable(path)}: ${printable(reason)}`);
  const rest = failed - named.length;
  return rest > 0 && named.length > 0 ? [...named, `  and ${quantity.number(rest)} more`] : named;
}
