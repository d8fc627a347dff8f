/** The uploader and the downloader of a plan: at most one of each at a time. */
import { nobody } from '../support/nobody.ts';
import type { JsonEvent } from '../support/sluice-events.ts';
import type { Outcome } from './judge.ts';
import { type Finished, Life } from './life.ts';
import type { Fatal, Plan, ProcessStep, Who } from './plan.ts';
import type { Stage } from './stage.ts';
import type { Way } from './way.ts';

export interface ProcessesOptions {
  readonly plan: Plan;
  readonly topic: string;
  readonly stage: Stage;
  readonly way: Way;
}

export class Processes {
  readonly #options: ProcessesOptions;
  readonly #lives = new Map<Who, Life>();
  #faults: string[] = [];

  constructor(options: ProcessesOptions) {
    this.#options = options;
  }

  /** The downloader's name: nobody else's on this cluster. */
  get downloader(): string {
    return `at-${this.#options.topic}`;
  }

  /** What was wrong about how processes ended since it was last asked. */
  takeFaults(): string[] {
    const faults = this.#faults;
    this.#faults = [];
    return faults;
  }

  async take(step: ProcessStep): Promise<void> {
    const life = this.#lives.get(step.who);
    if (step.do === 'wait') return life?.wait(step.files, step.most);
    if (step.do === 'start') {
      if (life !== undefined && !life.isOver) return;
      await this.#end(step.who);
      this.#start(step.who, step.once, step.fatal);
      return;
    }
    if (step.signal === 'SIGKILL') return this.kill(step.who);
    life?.signal(step.signal);
  }

  /** Lets it run on, in a new life if there is none that would. */
  async watch(who: Who): Promise<void> {
    const life = this.#lives.get(who);
    if (life?.isWatching) return life.signal('SIGCONT');
    await this.kill(who);
    this.#start(who, false);
  }

  /** True when one of them has ended. */
  get areOver(): boolean {
    return [...this.#lives.values()].some(({ isOver }) => isOver);
  }

  async kill(who: Who): Promise<void> {
    this.#lives.get(who)?.signal('SIGKILL');
    await this.#end(who);
  }

  async killAll(): Promise<void> {
    for (const who of [...this.#lives.keys()]) await this.kill(who);
  }

  /** Ends both, those that are stopped too. */
  async endAll(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    for (const [who, life] of [...this.#lives]) {
      life.signal(signal);
      life.signal('SIGCONT');
      await this.#end(who);
    }
  }

  /** A run to its own end. */
  async runOnce(who: Who): Promise<Outcome> {
    this.#start(who, true);
    return outcomeOf(await this.#end(who), this.#options.stage.uploader);
  }

  #start(who: Who, once: boolean, fatal?: Fatal): void {
    const { plan, stage } = this.#options;
    const env = who === 'downloader' ? stage.env : {};
    const user = plan.asNobody && process.geteuid?.() === 0 ? nobody : undefined;
    const args = [...this.#args(who), ...(once ? ['--once'] : [])];
    this.#lives.set(
      who,
      new Life({ who, args, once, env: { ...env, SLUICE_CACHE: stage.cache }, user, fatal }),
    );
  }

  #args(who: Who): string[] {
    const { plan, topic, stage, way } = this.#options;
    const reach = ['--topic', topic, '--bootstrap-servers', way.bootstrap[who]];
    // What is silent for longer is given up: half-open connections would be waited for.
    const patience = ['-X', 'request.timeout.ms=5000', '--log-level', 'error'];
    const own =
      who === 'uploader'
        ? ['upload', '--from', stage.source, '--name', stage.uploader, ...plan.uploaderFlags]
        : ['download', '--to', stage.sink, '--name', this.downloader, ...plan.downloaderFlags];
    return [...own, ...reach, ...patience];
  }

  async #end(who: Who): Promise<Finished | undefined> {
    const life = this.#lives.get(who);
    if (life === undefined) return undefined;
    const ended = await life.end();
    this.#lives.delete(who);
    this.#faults.push(...ended.faults);
    return ended;
  }
}

function outcomeOf(ended: Finished | undefined, uploader: string): Outcome {
  if (ended === undefined) throw new Error('nothing was started');
  const { code, summary, stderr, events } = ended;
  const named = new Set(events.flatMap((event) => nameOf(event) ?? []));
  const open = new Set(events.flatMap((event) => openOf(event, uploader) ?? []));
  // Of many only some are named.
  if (Number(summary?.open ?? 0) > 0 && open.size === 0) open.add(`${summary?.open} uploads without a name`);
  return { code, files: Number(summary?.files ?? 0), named, open, stderr };
}

/** The path that an event says did not arrive; the kind of an event that names none. */
function nameOf({ type, path, again }: JsonEvent): string | undefined {
  if (type === 'not-sent') return again === true ? undefined : String(path);
  return type === 'failed' || type === 'refused-record' || type === 'lost' ? String(path ?? type) : undefined;
}

function openOf({ type, message }: JsonEvent, uploader: string): string | undefined {
  if (type !== 'warning') return undefined;
  const target = /^(.*) is not complete on the topic yet/s.exec(String(message))?.[1];
  return target?.slice(uploader.length + 1);
}
