/** Killing a run of the command line at random points of its way, and starting it again. */
import { type FollowedSluice, followSluice, type JsonEvent } from '../support/sluice-events.ts';

export interface KillOptions {
  /** The command line, without `--json`; `--once` lets the last run end by itself. */
  readonly args: readonly string[];
  /** Bytes of the whole way, as the run's progress events count them in `bytesDone`. */
  readonly size: number;
  readonly kills: number;
  /** Where to kill instead of at random points: shares of the way, ascending. */
  readonly at?: readonly number[] | undefined;
  readonly say: (text: string) => void;
}

/** What came of it. */
export interface KilledRuns {
  /** Bytes done by the last progress event before each kill. */
  readonly killedAt: readonly number[];
  /** Sum of the `wireBytes` of the last progress event of every run: what the runs themselves say. */
  readonly wireBytes: number;
  /** Exit code of the run that was let go to its end, and what it said. */
  readonly code: number | null;
  readonly stderr: string;
  readonly summary: JsonEvent | undefined;
  readonly seconds: number;
}

/** Ascending, between 3 % and 93 % of the way, so that a run never ends before its kill. */
export function randomPoints(size: number, count: number): number[] {
  const points = Array.from({ length: count }, () => Math.round(size * (0.03 + 0.9 * Math.random())));
  return points.sort((a, b) => a - b);
}

/** Starts the command, kills it with SIGKILL when it passes each of the points, and lets the last run end. */
export async function killOnTheWay({ args, size, kills, at, say }: KillOptions): Promise<KilledRuns> {
  const started = performance.now();
  const killedAt: number[] = [];
  let wireBytes = 0;
  const bytesOf = (run: FollowedSluice, field: string): number => Number(run.progress?.[field] ?? 0);
  const points = at?.map((share) => share * size) ?? randomPoints(size, kills);
  for (const point of points) {
    const run = followSluice(args);
    const passed = (event: JsonEvent): boolean =>
      event.type === 'progress' && Number(event.bytesDone) >= point;
    await Promise.race([run.event(passed, `it had passed ${point} bytes`), run.ended]);
    await run.kill();
    if (run.child.signalCode !== 'SIGKILL') {
      throw new Error(`it ended before it could be killed a ${killedAt.length + 1}. time, at ${point} bytes`);
    }
    killedAt.push(bytesOf(run, 'bytesDone'));
    wireBytes += bytesOf(run, 'wireBytes');
    say(`killed at ${Math.round(bytesOf(run, 'bytesDone') / 1e6)} MB`);
  }
  const last = followSluice(args);
  const { code, stderr, summary } = await last.ended;
  wireBytes += bytesOf(last, 'wireBytes');
  return { killedAt, wireBytes, code, stderr, summary, seconds: (performance.now() - started) / 1000 };
}
