/** The matrix as a part of a page of Markdown. Pure, but for the machine's facts. */
import { machineFacts } from '../support/machine.ts';
import type { Played } from './matrix.ts';

export interface ReportOptions {
  readonly played: readonly Played[];
  /** Names, in the order of the columns and of the rows. */
  readonly players: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly about: string }[];
  /** Player -> what was installed. */
  readonly versions: ReadonlyMap<string, string>;
  readonly reasonFor: (player: string, input: string) => string | undefined;
  readonly date: Date;
  readonly seconds: number;
}

export type Verdict = 'plays' | 'stands' | 'fails';

export function verdictOf({ player, input, faults }: Played, reasonFor: ReportOptions['reasonFor']): Verdict {
  if (faults.length === 0) return 'plays';
  return reasonFor(player, input) === undefined ? 'fails' : 'stands';
}

/** A line for whoever watches. */
export function lineOf(played: Played, reasonFor: ReportOptions['reasonFor']): string {
  const { player, input, figures, refused, faults, alone } = played;
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const said = [
    `${player}, ${input}: ${verdictOf(played, reasonFor)}${alone ? ' (alone)' : ''}`,
    `${figures.seen} pictures (${percent(figures.share)}), pace ${percent(figures.pace)}, stood ${figures.stood.toFixed(1)} s`,
    `colours ${percent(figures.coloured)}, shape ${percent(figures.shaped)}`,
    `${figures.rate.toFixed(1)} requests a second${refused === 0 ? '' : `, ${refused} refused`}`,
  ];
  return [said.join('; '), ...faults.map((fault) => `  ${fault}`)].join('\n');
}

export function report(options: ReportOptions): string {
  const { played, players, inputs, versions, reasonFor, date, seconds } = options;
  const notes: string[] = [];
  const noteOf = (text: string): number => {
    if (!notes.includes(text)) notes.push(text);
    return notes.indexOf(text) + 1;
  };
  const cell = (player: string, input: string): string => {
    const found = played.find((each) => each.player === player && each.input === input);
    // It was not tried.
    if (found === undefined) return '';
    const { figures, alone, faults } = found;
    const verdict = verdictOf(found, reasonFor);
    if (verdict === 'stands') return `stands [${noteOf(reasonFor(player, input) ?? '')}]`;
    if (verdict === 'fails') return `**no** [${noteOf(faults.join('; '))}]`;
    return `${Math.round(figures.share * 100)} %, ${figures.rate.toFixed(1)}/s${alone ? ' *' : ''}`;
  };
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const half = Math.ceil(players.length / 2);
  const tables = [players.slice(0, half), players.slice(half)].filter(({ length }) => length > 0);
  return [
    `Of ${date.toISOString().slice(0, 10)}. ${machineFacts()}; encoder, Kafka, server and all players share it.`,
    `Each was watched for ${seconds} s from its first picture on. A cell that plays says which share of the stream's pictures was seen, and how many requests were made a second;`,
    'with a star: when it was tried alone, for beside others it lacked the processor. It stands with the reason, or fails; where nothing is said, it was not tried.',
    '',
    ...tables.flatMap((some) => [
      line(['', ...some]),
      line(['---', ...some.map(() => '---')]),
      ...inputs.map(({ name }) => line([name, ...some.map((player) => cell(player, name))])),
      '',
    ]),
    ...notes.map((note, index) => `- [${index + 1}] ${note}`),
    ...(notes.length === 0 ? [] : ['']),
    `The inputs: ${inputs.map(({ name, about }) => `*${name}*: ${about}`).join('; ')}.`,
    '',
    `The players: ${players.map((player) => `${player} ${versions.get(player) ?? ''}`.trim()).join(', ')}.`,
  ].join('\n');
}

const [beginMark, endMark] = ['<!-- test:players begins -->', '<!-- test:players ends -->'];

/** The page with the report between its marks, or the report alone where the page has none. */
export function placed(page: string, text: string): string {
  const [begin, end] = [page.indexOf(beginMark), page.indexOf(endMark)];
  if (begin === -1 || end < begin) return `${text}\n`;
  return `${page.slice(0, begin + beginMark.length)}\n\n${text}\n\n${page.slice(end)}`;
}
