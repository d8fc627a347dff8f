/** Mutants that no test can tell from the code as it is, each with the reason. */
import type { Mutant } from './mutant.ts';

export interface Equivalent {
  readonly path: string;
  /** The line as it is, without what surrounds it. */
  readonly line: string;
  /** As it is printed. Undefined: every mutant of the line. */
  readonly change?: string;
  readonly because: string;
}

const groupOrder =
  'No two members of a group have the same id, nor two static ones the same name, and of the result only its sign counts.';

export const equivalents: readonly Equivalent[] = [
  {
    path: 'src/files/incoming/ranges.ts',
    line: 'if (last !== undefined && start >= last[0] && start <= last[1]) {',
    because: 'The short way for files that arrive in order: the long one comes to the same.',
  },
  {
    path: 'src/files/incoming/ranges.ts',
    line: 'return;',
    because: 'The same: the long way finds the range as it was just made.',
  },
  {
    path: 'src/files/incoming/ranges.ts',
    line: 'if (s >= end) break;',
    change: '>= -> >',
    because: 'A range that begins at the end has nothing within it, and is left out all the same.',
  },
  {
    path: 'src/kafka/group/dealt.ts',
    line: 'const found = groups.find(({ groupId }) => groupId === group);',
    change: 'find -> findLast',
    because: 'One group is asked for, and told of once.',
  },
  {
    path: 'src/kafka/group/range.ts',
    line: 'const count = partitionsOf.get(topic) ?? 0;',
    change: '0 -> (0 - 1)',
    because: 'Of less than no partitions nobody gets any.',
  },
  {
    path: 'src/kafka/group/range.ts',
    line: 'const count = partitionsOf.get(topic) ?? 0;',
    change: 'partitionsOf.get(topic) ?? 0 -> partitionsOf.get(topic)',
    because: 'No share is longer than 0 where the number of partitions is none.',
  },
  {
    path: 'src/kafka/group/range.ts',
    line: 'if (a.instanceId !== null) return -1;',
    change: '1 -> (1 + 1)',
    because: groupOrder,
  },
  {
    path: 'src/kafka/group/range.ts',
    line: 'return b.instanceId !== null ? 1 : compare(a.memberId, b.memberId);',
    change: '1 -> (1 + 1)',
    because: groupOrder,
  },
  {
    path: 'src/kafka/group/range.ts',
    line: 'return a < b ? -1 : 1;',
    change: '< -> <=',
    because: groupOrder,
  },
  {
    path: 'src/kafka/group/range.ts',
    line: 'return a < b ? -1 : 1;',
    change: '1 -> (1 + 1)',
    because: groupOrder,
  },
];

export function isAbout({ path, line, change }: Equivalent, mutant: Mutant): boolean {
  return (
    path === mutant.path && line === mutant.lineText && (change === undefined || change === mutant.change)
  );
}
