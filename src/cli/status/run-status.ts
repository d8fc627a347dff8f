/** What a running upload or download says of itself. Pure: events and moments go in. */
import type { FileInFlight } from '../../files/shared/events.ts';
import type { ScheduleEvent } from '../schedule/run-by-schedule.ts';
import { type Board, emptyBoard, type RunEvent, tell, type Verb } from '../terminal/board.ts';
import { rateOf } from '../terminal/pace.ts';

/** Sizes are bytes, times milliseconds since 1970. */
export interface RunStatus {
  readonly type: 'status';
  readonly verb: Verb;
  readonly pid: number;
  /** When the process began. */
  readonly since: number;
  /** False between two runs of a schedule, and while it starts. */
  readonly running: boolean;
  readonly name?: string;
  readonly topic?: string;
  readonly place?: string;
  /** Of a member of a group: the group's name, and the partitions that it reads now. */
  readonly group?: string;
  readonly partitions?: readonly number[];
  readonly filesDone: number;
  readonly filesFailed: number;
  /** Files that wait or are under way. */
  readonly filesOpen: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes a second of late. */
  readonly rate: number;
  /** The limit as it is now; absent: none. */
  readonly bandwidth?: number;
  /** The largest few. */
  readonly inFlight: readonly FileInFlight[];
  /** What holds the work up. */
  readonly waiting: readonly { readonly on: string; readonly message: string }[];
  /** Files that did not make it so far, and why; the first hundred. */
  readonly parked: readonly { readonly path: string; readonly reason: string }[];
  readonly nextRun?: number;
}

const mostParked = 100;

export interface RunFacts {
  readonly verb: Verb;
  readonly pid: number;
  readonly since: number;
  /** Bytes a second now; undefined: no limit. */
  readonly bandwidth: () => number | undefined;
}

export class StatusKeeper {
  readonly #facts: RunFacts;
  #board: Board;
  #isRunning = false;
  #nextRun: number | undefined;

  constructor(facts: RunFacts) {
    this.#facts = facts;
    this.#board = emptyBoard(facts.verb, false);
  }

  begin(): void {
    this.#board = emptyBoard(this.#facts.verb, false);
    this.#isRunning = true;
    this.#nextRun = undefined;
  }

  end(): void {
    this.#isRunning = false;
  }

  /** `now`: milliseconds, steady. */
  see(event: RunEvent, now: number): void {
    this.#board = tell(this.#board, event, now);
  }

  scheduled(event: ScheduleEvent): void {
    if (event.type === 'next-run') this.#nextRun = event.at;
  }

  status(now: number): RunStatus {
    const { verb, pid, since, bandwidth } = this.#facts;
    const { started, assigned, progress, pace, holds, failures } = this.#board;
    const limit = bandwidth();
    return {
      type: 'status',
      verb,
      pid,
      since,
      running: this.#isRunning,
      ...(started && { name: started.name, topic: started.topic, place: started.place }),
      ...(assigned && { group: assigned.group, partitions: this.#isRunning ? assigned.partitions : [] }),
      filesDone: progress?.filesDone ?? 0,
      filesFailed: progress?.filesFailed ?? 0,
      filesOpen: progress?.filesOpen ?? 0,
      bytesDone: progress?.bytesDone ?? 0,
      bytesTotal: progress?.bytesTotal ?? 0,
      rate: this.#isRunning ? Math.round(rateOf(pace, now) ?? 0) : 0,
      ...(limit === undefined ? {} : { bandwidth: limit }),
      inFlight: this.#isRunning ? (progress?.inFlight ?? []) : [],
      waiting: [...holds.values()].map(({ event: { on, message } }) => ({ on, message })),
      parked: [...failures.values()].slice(0, mostParked),
      ...(this.#nextRun === undefined ? {} : { nextRun: this.#nextRun }),
    };
  }
}
