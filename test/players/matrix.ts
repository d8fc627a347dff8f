/** The matrix: every player by every input, each published live, played by several players beside one another. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { untilLive } from '../browser/stage.ts';
import { inScope, type Owner } from '../support/owner.ts';
import type { RunningCommand } from '../support/process.ts';
import { startSluice } from '../support/sluice.ts';
import { watchCell } from './cell.ts';
import type { Input, MadeInput } from './inputs/input.ts';
import { startSender } from './inputs/sender.ts';
import { type Figures, figuresOf, judge, type Watched } from './judge.ts';
import type { Player } from './player.ts';

export interface Played {
  readonly player: string;
  readonly input: string;
  readonly figures: Figures;
  readonly refused: number;
  /** What speaks against it; it plays when nothing does. */
  readonly faults: readonly string[];
  /** It failed beside others, and this is what it did alone. */
  readonly alone: boolean;
}

export interface MatrixOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  /** The server's address. */
  readonly server: string;
  readonly folder: string;
  readonly players: readonly Player[];
  /** Requests a second of {@link reference} before this input, where it is not among them. */
  readonly asked?: number | undefined;
  readonly browser: () => Promise<Browser>;
  /** Each is watched for so long, from its first picture on; and how long films are, where not as long as others need them. */
  readonly seconds: number;
  readonly filmSeconds?: number;
  /** Players beside one another. */
  readonly atOnce: number;
  readonly say: (text: string) => void;
  readonly onPlayed: (played: Played) => void;
}

/** The one whose requests are the measure. */
export const reference = 'hls.js';

/** Plays one input by all players, those that fail once more alone. */
export async function playInput(input: Input, options: MatrixOptions): Promise<void> {
  const { folder, players, atOnce, say, onPlayed } = options;
  const place = join(folder, input.name.replaceAll(/\W+/g, '-'));
  const publish = new Publishing(input, place, options);
  await publish.prepare();
  const watched = new Map<string, Watched>();
  for (const some of groupsOf(players, atOnce)) {
    for (const [player, seen] of await publish.play(some)) watched.set(player, seen);
  }
  let { asked } = options;
  const judged = (player: Player, seen: Watched, alone: boolean): Played => {
    // Who cannot show it asks for nothing, and is no measure.
    if (player.name === reference) asked = seen.sights.length === 0 ? undefined : seen.asked / seen.lasted;
    return {
      player: player.name,
      input: input.name,
      figures: figuresOf(seen, input.expected),
      refused: seen.refused,
      faults: judge(seen, input.expected, asked),
      alone,
    };
  };
  // The measure comes first, by what it did in the end.
  for (const player of players.toSorted((one, two) => rankOf(one) - rankOf(two))) {
    const seen = watched.get(player.name);
    if (seen === undefined) throw new Error(`${player.name} was not played`);
    const first = judged(player, seen, false);
    if (first.faults.length === 0 || players.length === 1) {
      onPlayed(first);
      continue;
    }
    // What it lacked may have been the processor.
    say(`${player.name}, ${input.name}: ${first.faults.join('; ')}; once more, alone`);
    const [again] = await publish.play([player]);
    if (again === undefined) continue;
    // Whoever has too little of the processor asks less, and that may have been the measure.
    const isAsking = judged(player, again[1], true).faults.some((fault) => fault.startsWith('asks'));
    const measure = players.find(({ name }) => name === reference);
    if (isAsking && measure !== undefined && player !== measure) {
      const [beside] = await publish.play([measure]);
      if (beside !== undefined) asked = Math.max(asked ?? 0, beside[1].asked / beside[1].lasted);
    }
    onPlayed(judged(player, again[1], true));
  }
}

const rankOf = ({ name }: Player): number => (name === reference ? 0 : 1);

/** As many at once as may be; where not all of them may, those of a page apart from programs. */
function groupsOf(players: readonly Player[], atOnce: number): (readonly Player[])[] {
  if (players.length <= atOnce) return [players];
  return (['pages', 'programs'] as const).flatMap((group) => {
    const those = players.filter((player) => player.group === group);
    const count = Math.ceil(those.length / atOnce);
    return Array.from({ length: count }, (_, index) => those.filter((_, place) => place % count === index));
  });
}

/** An input that is published as often as it is played. */
class Publishing {
  readonly #input: Input;
  readonly #folder: string;
  readonly #options: MatrixOptions;
  #made: MadeInput | undefined;
  #count = 0;

  constructor(input: Input, folder: string, options: MatrixOptions) {
    this.#input = input;
    this.#folder = folder;
    this.#options = options;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    this.#made = await this.#input.make(this.#folder, this.#options.filmSeconds);
  }

  play(players: readonly Player[]): Promise<[string, Watched][]> {
    const { server, browser, seconds } = this.#options;
    const { expected, segments = 3 } = this.#input;
    this.#count += 1;
    const stream = `${this.#input.name.replaceAll(/\W+/g, '-')}-${this.#count}`;
    return inScope(async (owner) => {
      const publisher = await this.#publish(owner, stream);
      const failed = publisher.finished.then(({ stderr }) => {
        throw new Error(`the publisher of ${stream} has ended: ${stderr}`);
      });
      await Promise.race([untilLive(server, stream, segments), failed]);
      failed.catch(() => {});
      return Promise.all(
        players.map(async (player): Promise<[string, Watched]> => {
          const folder = join(this.#folder, `${player.name}-${this.#count}`);
          return [
            player.name,
            await watchCell({ player, expected, server, stream, folder, browser, seconds }),
          ];
        }),
      );
    });
  }

  async #publish(owner: Owner, stream: string): Promise<RunningCommand> {
    const { bootstrapServers, topic } = this.#options;
    const made = this.#made;
    if (made === undefined) throw new Error('nothing was made');
    const { path, pace } = made;
    const from =
      pace === undefined
        ? ['--input', path]
        : ['--input', await startSender(owner, path, pace), '--input-options', '-f mpegts'];
    return startSluice(owner, [
      ...['live', 'publish', '--bootstrap-servers', bootstrapServers, '--topic', topic, '--stream', stream],
      ...[...from, '--bitrate', '500k', '--preset', 'ultrafast', ...(this.#input.options ?? [])],
    ]);
  }
}
