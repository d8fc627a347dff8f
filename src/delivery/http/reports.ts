/**
 * What pages tell of how viewers fare: seconds watched, and of these seconds that the picture stood still. Whoever can reach the server may write what he
 * likes there, so each player counts for little, and what is told is believed within bounds. Nothing is kept of who has told it.
 */
import { z } from 'zod';
import { counter, type Figure } from '../../figures/figure.ts';

/** What a page sends. Seconds; times. A page that reports every half minute has little more than that to tell. */
const reportSchema = z.strictObject({
  stream: z.string().min(1).max(200),
  watched: z.number().min(0).max(60),
  stalled: z.number().min(0).max(60),
  stalls: z.int().min(0).max(100),
});

/** At once so many of one address and program, behind which many may watch; then one in so many milliseconds. So many of these are remembered. */
const allowance = { burst: 30, each: 1000, players: 20_000 } as const;
/** Streams that are counted: those of which was heard last, for each day may have others. */
const mostStreams = 1000;

/** What became of a report. */
export type Taken = 'taken' | 'unreadable' | 'unknown' | 'too-many';

interface Sum {
  watched: number;
  stalled: number;
  stalls: number;
}

export class Reports {
  readonly figures: readonly Figure[];
  readonly #now: () => number;
  /** The one of which was heard longest ago comes first. */
  readonly #sums = new Map<string, Sum>();
  readonly #became: Record<Taken, number> = { taken: 0, unreadable: 0, unknown: 0, 'too-many': 0 };
  /** By player: until when his allowance is used up. */
  readonly #usedUntil = new Map<string, number>();

  /** `now`: a steady clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    const sums = (name: string, help: string, of: (sum: Sum) => number) =>
      counter(name, help, () => [...this.#sums].map(([stream, sum]) => [{ stream }, of(sum)] as const), [
        'stream',
      ]);
    this.figures = [
      sums('sluice_serve_watched_seconds_total', 'Seconds that pages say were watched', (sum) => sum.watched),
      sums(
        'sluice_serve_stalled_seconds_total',
        'Of these, with a picture that stood still',
        (sum) => sum.stalled,
      ),
      sums('sluice_serve_stalls_total', 'Times that it came to stand still', (sum) => sum.stalls),
      counter(
        'sluice_serve_reports_total',
        'Reports of pages, by what became of them',
        () => Object.entries(this.#became).map(([outcome, count]) => [{ outcome }, count] as const),
        ['outcome'],
      ),
    ];
  }

  /** `isWatched`: whether there is such a stream, and who tells may watch it. */
  take(player: string, body: unknown, isWatched: (stream: string) => boolean): Taken {
    const outcome = this.#take(player, body, isWatched);
    this.#became[outcome] += 1;
    return outcome;
  }

  #take(player: string, body: unknown, isWatched: (stream: string) => boolean): Taken {
    if (!this.#may(player)) return 'too-many';
    const report = reportSchema.safeParse(parsed(body)).data;
    if (report === undefined || report.stalled > report.watched) return 'unreadable';
    const { stream, watched, stalled, stalls } = report;
    if (!isWatched(stream)) return 'unknown';
    const sum = this.#sums.get(stream) ?? { watched: 0, stalled: 0, stalls: 0 };
    sum.watched += watched;
    sum.stalled += stalled;
    sum.stalls += stalls;
    this.#sums.delete(stream);
    this.#sums.set(stream, sum);
    if (this.#sums.size > mostStreams) this.#sums.delete(this.#sums.keys().next().value!);
    return 'taken';
  }

  #may(player: string): boolean {
    const now = this.#now();
    if (this.#usedUntil.size >= allowance.players && !this.#usedUntil.has(player)) this.#usedUntil.clear();
    const fresh = now - allowance.burst * allowance.each;
    const until = Math.max(this.#usedUntil.get(player) ?? fresh, fresh) + allowance.each;
    if (until > now) return false;
    this.#usedUntil.set(player, until);
    return true;
  }
}

function parsed(body: unknown): unknown {
  try {
    return typeof body === 'string' ? JSON.parse(body) : body;
  } catch {
    return undefined;
  }
}
