/**
 * `npm run test:players`: real players before real inputs that are published live, through a real Kafka and a real server, and what
 * they showed and asked for.
 *
 *     npm run test:players -- [--player NAME ...] [--input NAME ...] [--seconds 12] [--at-once 4] [--results FILE [--again]] [--output FILE]
 *
 * `--results`: each cell is added to it as a line of JSON, and the table is made of all cells that stand there, so that the matrix can be played in
 * several runs; with `--again` nothing is played, and the table made again. `--output`: a page of which the part between the marks is replaced, or a new one. Exit code 1 when a cell neither plays nor stands in
 * known.ts with its reason. hls.js always plays, for its requests are the measure, but where it stands in the results already. Further ways of a player (`mpv-dash`) play the first input, or where they
 * are named.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { startChromium } from '../browser/browser.ts';
import { startServer } from '../browser/stage.ts';
import { onGround } from '../proof/ground.ts';
import { closeScopes, inScope, type Owner } from '../support/owner.ts';
import { inputs } from './inputs/inputs.ts';
import { reasonFor } from './known.ts';
import { type Played, playInput, reference } from './matrix.ts';
import { pages } from './pages/pages.ts';
import type { Player } from './player.ts';
import { programs } from './programs/programs.ts';
import { lineOf, placed, report, verdictOf } from './report.ts';

const { values } = parseArgs({
  options: {
    player: { type: 'string', multiple: true },
    input: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '12' },
    'at-once': { type: 'string', default: '4' },
    results: { type: 'string' },
    again: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const say = (text: string): void => console.error(`players: ${text}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void closeScopes().then(() => process.exit(130)));

/** Those that were asked for, all when none was. */
function chosen<T extends { readonly name: string }>(all: readonly T[], names: readonly string[] = []): T[] {
  const wrong = names.find((name) => all.every((one) => one.name !== name));
  if (wrong !== undefined)
    throw new Error(`nothing is called ${wrong}; there are: ${all.map(({ name }) => name).join('; ')}`);
  return all.filter(({ name }) => names.length === 0 || names.includes(name));
}

const named = values.player === undefined ? undefined : [...new Set([reference, ...values.player])];
const isReferenceNamed = values.player?.includes(reference) ?? true;
const everybody: readonly Player[] = [...pages, ...programs];
const players = chosen(everybody, named);
const chosenInputs = values.again ? [] : chosen(inputs, values.input);
const versions = new Map<string, string>();
for (const player of values.again ? [] : players) versions.set(player.name, await player.version());

const played: Played[] = [];

/** The newest of each cell. */
function readResults(file: string): Played[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const all = lines.map((line) => JSON.parse(line) as Played);
  return [...new Map(all.map((one) => [JSON.stringify([one.player, one.input]), one])).values()];
}

/** Requests a second of the reference, where it has played this input before. */
function askedBefore(input: string): number | undefined {
  const { results } = values;
  if (results === undefined || !existsSync(results)) return undefined;
  const measure = readResults(results).find((one) => one.player === reference && one.input === input);
  return measure?.faults.length === 0 ? measure.figures.rate : undefined;
}

/** One Chromium for all pages, which begins when the first is needed. */
function browserOf(owner: Owner): () => Promise<Browser> {
  let browser: Promise<Browser> | undefined;
  return () => {
    if (browser === undefined) {
      browser = startChromium();
      owner.after(async () => (await browser)?.close());
    }
    return browser;
  };
}

if (chosenInputs.length > 0)
  await onGround({ say }, async ({ bootstrapServers, folder }) =>
    inScope(async (owner) => {
      const stage = { bootstrapServers, topic: 'players' };
      const server = await startServer(owner, stage);
      const browser = browserOf(owner);
      for (const input of chosenInputs) {
        const asked = isReferenceNamed ? undefined : askedBefore(input.name);
        const isPlaying = ({ name, isFurther = false }: Player) =>
          (!isFurther || named !== undefined || input === inputs[0]) &&
          (name !== reference || asked === undefined);
        await playInput(input, {
          ...stage,
          server: server.url,
          folder,
          players: players.filter(isPlaying),
          asked,
          browser,
          seconds: Number(values.seconds),
          atOnce: Number(values['at-once']),
          say,
          onPlayed: (one) => {
            played.push(one);
            if (values.results !== undefined) appendFileSync(values.results, `${JSON.stringify(one)}\n`);
            say(lineOf(one, reasonFor));
          },
        });
      }
    }),
  );

const cells = values.results === undefined ? played : readResults(values.results);
const isThere =
  (what: 'player' | 'input') =>
  ({ name }: { readonly name: string }) =>
    cells.some((cell) => cell[what] === name);
for (const player of everybody.filter(isThere('player')))
  versions.set(player.name, await player.version().catch(() => ''));
const text = report({
  played: cells,
  players: everybody.filter(isThere('player')).map(({ name }) => name),
  inputs: inputs.filter(isThere('input')),
  versions,
  reasonFor,
  date: new Date(),
  seconds: Number(values.seconds),
});
console.log(text);
const { output } = values;
if (output !== undefined) {
  const page = existsSync(output) ? await readFile(output, 'utf8') : '';
  await writeFile(output, placed(page, text));
}
process.exitCode = cells.every((one) => verdictOf(one, reasonFor) !== 'fails') ? 0 : 1;
