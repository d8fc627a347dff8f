/** The table of faults as a page of Markdown. */
import { machineFacts } from '../support/machine.ts';
import { toxiproxyVersion } from '../support/toxiproxy.ts';
import type { FaultRow } from './row.ts';
import type { Suffered } from './suffer.ts';

/** A row that was run; what it came to, or why it could not be ended. */
export interface Ended {
  readonly row: FaultRow;
  readonly result: Suffered | Error;
  readonly seconds: number;
  readonly remarks: readonly string[];
}

const columns = [
  'fault',
  'records sent',
  'refused',
  'lost',
  'twice',
  'out of order',
  'misplaced',
  'misread',
  'longest stall, s',
  'flows again after, s',
  'held before and after, MB',
  'resident before and at most, MB',
  'passed',
];

/** The first two lines of the table. */
export const tableHead: readonly string[] = [line(columns), line(columns.map(() => '---'))];

/** One line of the table. */
export function tableLine({ row, result }: Ended): string {
  if (result instanceof Error) return line([row.name, ...columns.slice(2).map(() => ''), '**no**']);
  const { outcome, flowedAfter, memory, faults } = result;
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  return line([
    row.name,
    outcome.acknowledged + outcome.refused,
    outcome.refused,
    outcome.lost,
    outcome.twice,
    outcome.outOfOrder,
    outcome.misplaced,
    outcome.misread,
    outcome.longestStall.toFixed(1),
    flowedAfter.toFixed(1),
    `${megabytes(memory.heldBefore)}, ${megabytes(memory.heldAfter)}`,
    `${megabytes(memory.residentBefore)}, ${megabytes(memory.residentPeak)}`,
    faults.length === 0 ? 'yes' : '**no**',
  ]);
}

/** What is wrong with a row, in full; empty when nothing is. */
export function faultsOf({ result }: Ended): string {
  return result instanceof Error ? (result.stack ?? String(result)) : result.faults.join('; ');
}

/** The page. */
export function faultReport(ended: readonly Ended[], now = new Date()): string {
  const minutes = ended.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const ways = {
    direct: '',
    toxiproxy: ` (Toxiproxy ${toxiproxyVersion})`,
    'own proxy': ' (our own proxy)',
  } as const;
  return [
    `# Faults of ${now.toISOString().slice(0, 10)}`,
    '',
    `${machineFacts()}. Three brokers (replication factor 3, min ISR 2, acks=all), both clients and the proxies share this machine; ${minutes.toFixed(0)} minutes.`,
    'Each topic has six partitions. Every record is numbered; kcat (librdkafka) reads the topic for the account.',
    '',
    ...tableHead,
    ...ended.map(tableLine),
    '',
    'Misplaced: other bytes or another record at the offset that was acknowledged, or on the topic without an acknowledgement. Misread: not read exactly',
    'once, in order, by our own consumer. Stall: how long a record waited for its acknowledgement. Flows again: from the mending until a new record of every',
    'partition was acknowledged and read. Held: heap and buffers after a collection, those that threads share included; resident: of the whole process, which also keeps the account.',
    '',
    ...ended.map(({ row, remarks }) => {
      const told = remarks.length > 0 ? ` ${remarks.join('; ')}.` : '';
      return `- **${row.name}**${ways[row.way]}: ${row.what}${told}`;
    }),
    ...ended
      .filter((one) => faultsOf(one) !== '')
      .map((one) => `\n## ${one.row.name}\n\n\`\`\`\n${faultsOf(one)}\n\`\`\``),
    '',
  ].join('\n');
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}
