/** An uploader or a downloader as a process of its own, that may end in any way at any time. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Ended, type FollowedSluice, followSluice, type JsonEvent } from '../support/sluice-events.ts';
import type { Fatal, Who } from './plan.ts';

const armed = fileURLToPath(new URL('armed.ts', import.meta.url));
/** Milliseconds in which a process has to end once it was asked to, or has nothing more to do: a limit for the lost, no measure of speed. */
const longestEnd = 90_000;
/** Milliseconds between two looks at what a process has told. */
const lookEvery = 10;

/** None outlives who started it. */
const living = new Set<Life>();
process.on('exit', () => {
  for (const life of living) life.signal('SIGKILL');
});

export interface LifeOptions {
  readonly who: Who;
  readonly args: readonly string[];
  readonly once: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly user: number | undefined;
  readonly fatal: Fatal | undefined;
  /** A file for how often it comes to each crash point. */
  readonly counts?: string;
}

/** What it told, and how it ended. */
export interface Finished extends Ended {
  readonly events: readonly JsonEvent[];
}

export class Life {
  readonly #options: LifeOptions;
  readonly #process: FollowedSluice;
  readonly #events: JsonEvent[] = [];
  readonly #signals = new Set<NodeJS.Signals>();
  #told = 0;
  #isOver = false;

  constructor(options: LifeOptions) {
    this.#options = options;
    const { args, env, user, fatal, counts } = options;
    const crash = {
      ...(fatal === undefined ? {} : { CRASH_AT: `${fatal.point}/${fatal.count}` }),
      ...(counts === undefined ? {} : { CRASH_COUNTS: counts }),
    };
    this.#process = followSluice(args, {
      user,
      env: { ...env, ...crash },
      nodeArgs: Object.keys(crash).length === 0 ? [] : ['--import', armed],
      onEvent: (event) => this.#tell(event),
    });
    living.add(this);
    this.#process.ended.finally(() => {
      this.#isOver = true;
      living.delete(this);
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** True where nothing will end it but a signal that is still to come. */
  get isWatching(): boolean {
    const { once, fatal } = this.#options;
    return !this.#isOver && !once && fatal === undefined && !this.#signals.has('SIGTERM');
  }

  signal(signal: NodeJS.Signals): void {
    this.#signals.add(signal);
    this.#process.child.kill(signal);
  }

  /** Waits until it has told of so many files more, is over, or milliseconds have gone by. */
  async wait(files: number, most: number): Promise<void> {
    const [until, end] = [this.#told + files, performance.now() + most];
    while (!this.#isOver && this.#told < until && performance.now() < end) await delay(lookEvery);
  }

  /** Resolves when it is over, with what is wrong about that. It is killed when it does not end. */
  async end(): Promise<Finished & { readonly faults: readonly string[] }> {
    let isLost = false;
    const limit = setTimeout(() => {
      isLost = true;
      this.signal('SIGKILL');
    }, longestEnd);
    const ended = await this.#process.ended;
    clearTimeout(limit);
    const last = JSON.stringify(this.#events.slice(-3));
    const faults = isLost
      ? [`did not end within ${longestEnd / 1000} s; it told last: ${last}`]
      : this.#faultsOf(ended);
    return { ...ended, events: this.#events, faults: faults.map((fault) => `${this.#options.who} ${fault}`) };
  }

  #tell(event: JsonEvent): void {
    if (event.type === 'progress') return;
    this.#events.push(event);
    if (event.type === 'sent' || event.type === 'received') this.#told++;
  }

  #faultsOf({ code, signal, stderr }: Ended): string[] {
    const { who, once, fatal } = this.#options;
    if (stderr.includes('which is a fault of Sluice')) return [`ended with ${code}: ${stderr}`];
    const wasAsked = this.#signals.has('SIGTERM');
    if (signal === 'SIGKILL' && (this.#signals.has('SIGKILL') || fatal !== undefined)) return [];
    // Before it could listen.
    if (signal === 'SIGTERM' && wasAsked) return [];
    if (code === 130 && wasAsked) return [];
    if ((code === 0 || code === 3) && once) return [];
    // No uploader has made it yet.
    if (code === 2 && who === 'downloader' && /topic \S+ does not exist/.test(stderr)) return [];
    return [`ended with ${signal ?? code}: ${stderr}`];
  }
}
