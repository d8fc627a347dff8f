/** What a publisher tells, in words: a status line, lasting lines, log lines. Pure. */
import type { LiveProgressEvent, LiveStartedEvent, PublishEvent } from '../../live/publish/events.ts';
import type { PublishSummary } from '../../live/publish/options.ts';
import { printable } from '../../printable.ts';
import * as quantity from '../../quantities.ts';
import type { Style } from '../terminal/style.ts';
import { widthOf } from '../terminal/text.ts';

/** `2.4 Mb/s`. */
export function bitrateText(bitsPerSecond: number): string {
  const [unit, factor] = bitsPerSecond >= 1e6 ? ['Mb/s', 1e6] : ['kb/s', 1e3];
  return `${(bitsPerSecond / factor).toFixed(bitsPerSecond >= 1e6 ? 1 : 0)} ${unit}`;
}

/** The line that is redrawn: what is published, since when, how much, and how quickly Kafka has it. */
export function statusLine(
  started: LiveStartedEvent,
  progress: LiveProgressEvent | undefined,
  waiting: string | undefined,
  { style, width }: { readonly style: Style; readonly width: number },
): string {
  const name = style.strong(printable(started.stream));
  if (progress === undefined) {
    return fitting(
      [`${style.signs.up} ${name}`, waiting ?? 'the encoder begins'],
      style.signs.separator,
      width,
    );
  }
  const { delay, spooled, inFlight } = progress;
  const held = spooled + inFlight;
  const facts = [
    `${style.signs.up} ${name}`,
    quantity.duration(Math.floor(progress.seconds)),
    started.renditions.join(' '),
    bitrateText(progress.bitrate),
    `segment ${quantity.number(progress.media)}`,
    `${quantity.number(progress.parts)} parts`,
    ...(delay === undefined ? [] : [`Kafka in ${Math.round(delay.p50)} / ${Math.round(delay.p99)} ms`]),
    ...(held > 1_000_000 ? [style.notice(`${quantity.bytes(held)} wait`)] : []),
    ...(waiting === undefined ? [] : [style.notice(printable(waiting))]),
  ];
  return fitting(facts, style.signs.separator, width);
}

/** As many of the facts as there is room for, the first ones first. */
function fitting(facts: readonly string[], separator: string, width: number): string {
  let line = '';
  for (const fact of facts) {
    const longer = line === '' ? fact : line + separator + fact;
    if (widthOf(longer) > width) break;
    line = longer;
  }
  return line;
}

/** The line that an event leaves behind on a terminal; undefined for what only moves the status line. */
export function lastingLine(event: PublishEvent, style: Style): string | undefined {
  const { signs } = style;
  switch (event.type) {
    case 'started': {
      const { stream, topic, epoch, media, targets } = event;
      const facts = `epoch ${epoch}, from segment ${media}, parts of ${Math.round(targets.part * 1000)} ms in segments of ${targets.segment} s`;
      return `Publishing ${style.strong(printable(stream))} on topic ${style.strong(printable(topic))} ${style.faint(facts)}`;
    }
    case 'gap':
    case 'fenced':
      return style.bad(`${signs.failed} ${printable(event.message)}`);
    case 'encoder-restarted':
    case 'warning':
    case 'waiting':
    case 'spooling':
      return style.notice(`${signs.warning} ${printable(event.message)}`);
    case 'figures':
      return style.faint(`figures at ${event.url}/metrics`);
    case 'resumed':
      return style.faint(`${signs.done} ${printable(event.message)}`);
    default:
      return undefined;
  }
}

export type Level = 'error' | 'warn' | 'info' | 'debug';

const levels: Readonly<Record<PublishEvent['type'], Level>> = {
  started: 'info',
  segment: 'debug',
  spooling: 'warn',
  gap: 'error',
  'encoder-restarted': 'warn',
  fenced: 'error',
  ended: 'info',
  warning: 'warn',
  progress: 'debug',
  waiting: 'warn',
  resumed: 'info',
  figures: 'info',
};

/** An event as a log line: its own sentence where it has one, its other fields beside it. */
export function publishLogEntry(event: PublishEvent): {
  readonly level: Level;
  readonly fields: object;
  readonly message: string;
} {
  const { type, ...rest } = event;
  if (!('message' in rest)) return { level: levels[type], fields: rest, message: type };
  const { message, ...fields } = rest;
  return { level: levels[type], fields, message };
}

/** `1 part`, `1,204 parts`. */
function counted(count: number, what: string): string {
  return `${quantity.number(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** The last line. */
export function publishSummaryLine(summary: PublishSummary, style: Style): string {
  const { segments, parts, bytes, seconds, gaps, restarts } = summary;
  const notes = [
    gaps > 0 ? style.bad(`${counted(gaps, 'segment')} lost`) : '',
    restarts > 0 ? `encoder begun anew ${restarts === 1 ? 'once' : `${restarts} times`}` : '',
  ].filter((note) => note !== '');
  const tail = notes.length === 0 ? '' : `; ${notes.join(', ')}`;
  const amount = `${counted(segments, 'segment')}, ${counted(parts, 'part')}, ${quantity.bytes(bytes)},`;
  return `${style.strong(`Published ${amount}`)} in ${quantity.duration(seconds)}${tail}.`;
}
