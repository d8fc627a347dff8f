/** What plans are played on: Kafka, disks, and what was compiled. For so many plans at a time. */
import { chmodSync, mkdirSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { administrator } from '../support/administrator.ts';
import type { Cleanup } from '../support/cleanup.ts';
import { compilePreload } from '../support/preload.ts';
import { Disks } from './disks.ts';
import type { Plan } from './plan.ts';
import { needsOwnBroker, play, type Theatre, type Verdict } from './play.ts';
import { openWays, type Way } from './way.ts';

export interface TheatresOptions {
  /** Plans that are played at a time. */
  readonly atOnce: number;
  readonly owner: Cleanup;
  readonly say: (text: string) => void;
  /** Where everything stands. Default: the system's folder for temporary files. */
  readonly place?: string | undefined;
}

export class Theatres {
  readonly #base: Omit<Theatre, 'way' | 'administrator'>;
  readonly #owner: Cleanup;
  readonly #free: Theatre[];
  readonly #bootstrapServers: string;
  /** Of the broker that may be killed; one plan at a time. */
  #own: Promise<Theatre> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(base: Omit<Theatre, 'way' | 'administrator'>, owner: Cleanup, ways: readonly Way[]) {
    this.#base = base;
    this.#owner = owner;
    this.#bootstrapServers = ways[0]!.broker.bootstrapServers;
    this.#free = ways.map((way) => this.#withWay(way));
  }

  static async open({ atOnce, owner, say, place = tmpdir() }: TheatresOptions): Promise<Theatres> {
    const folder = await mkdtemp(join(await realpath(place), 'sluice-crash-'));
    owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    // Also for those without rights.
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'cache'));
    chmodSync(join(folder, 'cache'), 0o777);
    const refusing = join(folder, 'refusing.so');
    await compilePreload(fileURLToPath(new URL('refusing.c', import.meta.url)), refusing);
    const base = { folder, refusing, disks: new Disks(owner, folder, say) };
    return new Theatres(base, owner, await openWays(owner, atOnce));
  }

  /** Of the broker that nobody kills. */
  get bootstrapServers(): string {
    return this.#bootstrapServers;
  }

  /** A folder for whatever else is tried here. */
  get folder(): string {
    return this.#base.folder;
  }

  /** No more of them at a time than there are theatres. */
  async play(plan: Plan): Promise<Verdict> {
    if (needsOwnBroker(plan)) {
      const turn = this.#turn.then(async () => play(plan, await this.#ownTheatre()));
      this.#turn = turn.catch(() => {});
      return turn;
    }
    const theatre = this.#free.pop();
    if (theatre === undefined) throw new Error('more plans than theatres');
    try {
      return await play(plan, theatre);
    } finally {
      this.#free.push(theatre);
    }
  }

  #ownTheatre(): Promise<Theatre> {
    this.#own ??= openWays(this.#owner, 1).then(([way]) => this.#withWay(way!));
    return this.#own;
  }

  #withWay(way: Way): Theatre {
    return { ...this.#base, way, administrator: administrator(this.#owner, way.broker.bootstrapServers) };
  }
}
