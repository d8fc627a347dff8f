/** The moving block: a bar for each large file in flight, what holds the work up, and the total. Pure. */
import type { FileInFlight } from '../../files/shared/events.ts';
import { printable } from '../../printable.ts';
import * as quantity from '../../quantities.ts';
import type { Board } from './board.ts';
import { rateOf, secondsLeft } from './pace.ts';
import type { Style } from './style.ts';
import { cutEnd, cutMiddle, padEnd, padStart, widthOf } from './text.ts';

/** The room that a block may take. */
export interface Room {
  readonly columns: number;
  readonly rows: number;
}

/** Bars shown at once; more than these are only counted. */
const mostBars = 8;

/** The lines of the block at `now`; each is narrower than the terminal, so none can wrap. */
export function renderBoard(board: Board, room: Room, style: Style, now: number): string[] {
  const width = Math.max(1, room.columns - 1);
  const status = [...board.holds.values()].map(({ event, since }) => {
    const waited = now - since >= 1000 ? ` (${quantity.duration(Math.round((now - since) / 1000))})` : '';
    const line = ` ${style.signs.warning} ${printable(event.message)}`;
    return style.notice(cutEnd(line, width - widthOf(waited), style.signs.ellipsis) + waited);
  });
  const inFlight = board.progress?.inFlight ?? [];
  const barRows = Math.max(0, Math.min(mostBars, room.rows - 2 - status.length));
  const bars = inFlight.slice(0, barRows).map((file) => fileLine(file, width, style));
  return [...bars, ...status, totalLine(board, width, style, now)];
}

/** A bar of `width` columns. */
export function bar(done: number, total: number, width: number, style: Style): string {
  const share = total <= 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(share * width);
  return style.good(style.signs.full.repeat(full)) + style.faint(style.signs.empty.repeat(width - full));
}

function fileLine({ path, size, done }: FileInFlight, width: number, style: Style): string {
  const percent = padStart(quantity.percent(done, size), 4);
  const share = padStart(`${quantity.bytes(done)} of ${quantity.bytes(size)}`, 20);
  const barWidth = Math.min(30, Math.floor(width / 4));
  const right = width >= 70 ? ` ${percent} ${share}` : ` ${percent}`;
  const barPart = width >= 40 ? ` ${bar(done, size, barWidth, style)}` : '';
  const room = width - 3 - widthOf(right) - (width >= 40 ? barWidth + 1 : 0);
  if (room < 4) return cutEnd(`${percent.trim()} ${printable(path)}`, width, style.signs.ellipsis);
  const name = padEnd(cutMiddle(printable(path), room, style.signs.ellipsis), room);
  return `   ${name}${barPart}${right}`;
}

/** A piece of the total line; the higher its rank, the sooner it gives way on a narrow terminal. */
interface Piece {
  readonly rank: number;
  readonly text: string;
}

function totalLine(board: Board, width: number, style: Style, now: number): string {
  const sign = board.verb === 'upload' ? style.signs.up : style.signs.down;
  let pieces = totalPieces(board, style, now, Math.min(20, Math.floor(width / 5)));
  const joined = () => ` ${sign} ${pieces.map(({ text }) => text).join(style.signs.separator)}`;
  while (pieces.length > 1 && widthOf(joined()) > width) {
    const worst = Math.max(...pieces.map(({ rank }) => rank));
    pieces = pieces.filter(({ rank }) => rank !== worst);
  }
  return widthOf(joined()) <= width ? joined() : cutEnd(joined(), width, style.signs.ellipsis);
}

function totalPieces(
  { verb, watching, started, progress, pace, holds }: Board,
  style: Style,
  now: number,
  barWidth: number,
): Piece[] {
  const moved = verb === 'upload' ? 'sent' : 'received';
  const looking = verb === 'upload' ? 'looking for files' : 'looking at the topic';
  if (started === undefined) return [{ rank: 0, text: 'connecting to Kafka' }];
  if (progress === undefined) return [{ rank: 0, text: looking }];
  const { filesDone, filesFailed, filesOpen, bytesDone, bytesTotal } = progress;
  const done: Piece = { rank: 0, text: `${quantity.files(filesDone)} ${moved}` };
  const failed: Piece[] =
    filesFailed > 0 ? [{ rank: 1, text: style.bad(`${quantity.number(filesFailed)} failed`) }] : [];
  const idle = filesOpen === 0 && bytesDone >= bytesTotal;
  if (idle) {
    if (!watching && filesDone + filesFailed === 0) return [{ rank: 0, text: looking }];
    const waiting = watching ? 'waiting for more, Ctrl-C ends' : 'finishing';
    return [
      done,
      ...failed,
      { rank: 3, text: quantity.bytes(bytesDone) },
      { rank: 2, text: style.faint(waiting) },
    ];
  }
  // While something holds the work up, its line says all there is to say.
  const speed = holds.size > 0 ? undefined : rateOf(pace, now);
  const left = secondsLeft(bytesTotal - bytesDone, speed);
  const shown = bar(bytesDone, bytesTotal, barWidth, style);
  return [
    { rank: 5, text: `${shown} ${quantity.percent(bytesDone, bytesTotal)}` },
    done,
    ...failed,
    { rank: 7, text: `${quantity.number(filesOpen)} to go` },
    { rank: 6, text: `${quantity.bytes(bytesDone)} of ${quantity.bytes(bytesTotal)}` },
    ...(speed === undefined ? [] : [{ rank: 3, text: quantity.rate(speed) }]),
    ...(left === undefined ? [] : [{ rank: 2, text: `${quantity.timeLeft(left)} left` }]),
  ];
}
