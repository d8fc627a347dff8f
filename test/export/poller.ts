/** A viewer that reads all playlists of a place every 50 ms, and holds each against what stands there. */
import { setTimeout as delay } from 'node:timers/promises';
import { plainComplaints } from '../conformance/plain.ts';
import { ExportWatch, variantsOf } from '../support/exported.ts';
import type { ExportPlace } from './places.ts';

export class Poller {
  readonly watch = new ExportWatch();
  readonly #place: ExportPlace;
  readonly #stop = new AbortController();
  readonly #stands = new Set<string>();
  readonly #texts = new Map<string, string[]>();
  readonly #running: Promise<void>;
  #failure: unknown;
  rounds = 0;

  constructor(place: ExportPlace) {
    this.#place = place;
    this.#running = this.#run();
  }

  /** The newest text of a playlist. */
  text(name: string): string {
    return this.#texts.get(name)?.at(-1) ?? '';
  }

  /** Reads once more. Throws the first thing that was not as promised, with the place's name. */
  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (this.#failure === undefined) await this.#round();
    if (this.#failure !== undefined)
      throw new Error(`${this.#place.name}, round ${this.rounds}`, { cause: this.#failure });
  }

  /** What the rules of plain HLS say against all that was read. */
  complaints(): readonly string[] {
    const playlists = [...this.#texts].filter(([name]) => name.includes('/'));
    const read = playlists.map(([name, texts]) => ({ name, texts }));
    return plainComplaints(this.text('index.m3u8'), read).complaints;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && this.#failure === undefined) {
      try {
        await this.#round();
      } catch (error) {
        this.#failure = error;
      }
      await delay(50, undefined, { signal }).catch(() => {});
    }
  }

  async #round(): Promise<void> {
    this.rounds += 1;
    const index = await this.#look('index.m3u8');
    if (index === undefined) return;
    // Those that it does not name any more have viewers who go on with them.
    const names = new Set([...variantsOf(index), ...this.#texts.keys(), 'manifest.mpd']);
    names.delete('index.m3u8');
    for (const name of names) await this.#look(name);
  }

  async #look(name: string): Promise<string | undefined> {
    const text = (await this.#place.read(name))?.toString();
    if (text === undefined) {
      if (this.#texts.has(name)) throw new Error(`${name} was there, and is not`);
      return undefined;
    }
    await this.watch.check(name, text, (names) => this.#missing(names));
    const texts = this.#texts.get(name) ?? [];
    this.#texts.set(name, texts);
    if (texts.at(-1) !== text) texts.push(text);
    return text;
  }

  async #missing(names: readonly string[]): Promise<string[]> {
    const missing: string[] = [];
    for (const name of names) {
      if (this.#stands.has(name)) continue;
      if ((await this.#place.headers(name)) === undefined) missing.push(name);
      else this.#stands.add(name);
    }
    return missing;
  }
}
