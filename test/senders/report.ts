/** The table of senders. Pure, but for the machine's facts. */
import { machineFacts } from '../support/machine.ts';
import type { Played } from './cell.ts';
import type { SenderProgram } from './sender.ts';

const cellText = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');

/** A line for whoever watches. */
export function lineOf({ name, live, refused, faults }: Played): string {
  const shown = live === undefined ? 'never on the page' : `on the page after ${live.after} ms, ${live.seen}`;
  const told = refused === undefined ? 'no refusal' : `refused after ${refused.after} ms: ${refused.words}`;
  return [`${name}: ${shown}; ${told}`, ...faults.map((fault) => `  ${fault}`)].join('\n');
}

export function report(
  played: readonly Played[],
  missing: readonly SenderProgram[],
  options: string,
): string {
  const row = (cells: readonly string[]) => `| ${cells.map(cellText).join(' | ')} |`;
  return [
    `## Senders, ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    '',
    `${machineFacts()}; senders, \`sluice ingest${options === '' ? '' : ` ${options}`}\`, Kafka, server and browsers share it.`,
    '',
    row([
      'sender',
      'version',
      'twenty pictures on the page, s',
      'wrong key: told after, s',
      'what its user reads',
      '',
    ]),
    row(Array.from({ length: 6 }, () => '---')),
    ...played.map(({ name, version, live, refused, faults }) =>
      row([
        name,
        version,
        live === undefined ? '**no**' : seconds(live.after),
        refused === undefined ? '**no**' : seconds(refused.after),
        refused?.words ?? '',
        faults.join('; '),
      ]),
    ),
    ...missing.map(({ name, missing: why = '' }) => row([name, '', '', '', '', `not tried: ${why}`])),
    '',
  ].join('\n');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1);
}
