/** The proof as a page of Markdown. */
import { machineFacts } from '../support/machine.ts';
import type { Finding, Row } from './row.ts';

/** A row that was run. */
export interface Proven {
  readonly row: Row;
  readonly finding: Finding;
  readonly seconds: number;
}

/** A table with one line per row, the machine, and below it what is wrong, in full. */
export function proofReport(proven: readonly Proven[], scale: number, now = new Date()): string {
  const lines = proven.map(({ row, finding, seconds }) => {
    const cells = [row.claim, row.bar, finding.figures, finding.passed ? 'yes' : '**no**'];
    return `| ${[...cells, `${Math.round(seconds)} s`].map(cell).join(' | ')} |`;
  });
  const faults = proven.flatMap(({ row, finding }) =>
    finding.faults ? [`\n### ${row.name}\n\n\`\`\`\n${finding.faults.slice(0, 20_000).trim()}\n\`\`\``] : [],
  );
  return [
    `# Proof of ${now.toISOString().slice(0, 10)}`,
    '',
    `${machineFacts()}${scale === 1 ? '' : `; a rehearsal at ${scale} of full scale`}. Broker and both ends on this machine.`,
    '',
    '| what | bar | measured | reached | the row took |',
    '|---|---|---|---|---|',
    ...lines,
    ...faults,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
