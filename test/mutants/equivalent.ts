/** Mutants that no test can tell from the code as it is, each with the reason. */
import type { Equivalent } from './alike.ts';
import { inIngest } from './equivalent-ingest.ts';
import { inLive } from './equivalent-live.ts';
import { inRecords } from './equivalent-records.ts';
import { inWhip } from './equivalent-whip.ts';
import type { Mutant } from './mutant.ts';

const everyInOrder =
  'if (unbroken.every(({ media }, index) => media === unbroken[0]!.media + index)) return unbroken;';
const shortWay = 'The short way for lists without holes: the long one comes to the same.';
const identified = 'Nothing is sent before an identity is there, which sets it.';
const noPart = 'Undefined is not greater than any number, nor is any than it.';
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
  {
    path: 'src/delivery/hls/directives.ts',
    line: 'if (part !== undefined && media >= next.media && part > listed + advancePartLimit(targets))',
    change: 'part !== undefined && media >= next.media -> media >= next.media',
    because: noPart,
  },
  {
    path: 'src/delivery/hls/directives.ts',
    line: 'if (next.media === media) return part !== undefined && next.part > part;',
    change: 'part !== undefined && next.part > part -> next.part > part',
    because: noPart,
  },
  {
    path: 'src/delivery/hls/directives.ts',
    line: 'const segment = rendition.segments.findLast((each) => each.media === media);',
    change: 'findLast -> find',
    because: 'A number has one segment; what is asked for is near the end.',
  },
  {
    path: 'src/delivery/hls/timing.ts',
    line: 'return part < 1e6 ? Math.ceil(3e6 / part) : 3;',
    change: '< -> <=',
    because: 'Parts of a second: three of them either way.',
  },
  {
    path: 'src/delivery/hls/timing.ts',
    line: 'return part < 1e6 ? Math.ceil(3e6 / part) : 3;',
    change: '1e6 -> (1e6 + 1)',
    because: 'The same.',
  },
  {
    path: 'src/delivery/hls/line-up.ts',
    line: 'if (from === undefined) {',
    because: 'What is remembered is found again, only later.',
    change: 'from === undefined -> true',
  },
  {
    path: 'src/delivery/hls/line-up.ts',
    line: everyInOrder,
    change: 'unbroken.every(({ media }, index) => media === unbroken[0... -> false',
    because: shortWay,
  },
  {
    path: 'src/delivery/hls/line-up.ts',
    line: everyInOrder,
    change: 'media === unbroken[0]!.media + index -> undefined',
    because: shortWay,
  },
  {
    path: 'src/delivery/hls/line-up.ts',
    line: everyInOrder,
    change: '=== -> !==',
    because: shortWay,
  },
  {
    path: 'src/delivery/hls/line-up.ts',
    line: everyInOrder,
    change: '+ -> -',
    because: shortWay,
  },
  {
    path: 'src/kafka/produce/partition-queue.ts',
    line: '#base = 0;',
    change: '0 -> (0 + 1)',
    because: identified,
  },
  {
    path: 'src/kafka/produce/partition-queue.ts',
    line: '#base = 0;',
    change: '0 -> (0 - 1)',
    because: identified,
  },
  {
    path: 'src/kafka/produce/partition-queue.ts',
    line: '#window = 1;',
    change: '1 -> (1 + 1)',
    because: identified,
  },
  {
    path: 'src/kafka/produce/partition-queue.ts',
    line: '#window = 1;',
    change: '1 -> (1 - 1)',
    because: identified,
  },
  {
    path: 'src/kafka/produce/partition-queue.ts',
    line: '#fresh = true;',
    change: 'true -> false',
    because: identified,
  },
  ...inRecords,
  ...inLive,
  ...inIngest,
  ...inWhip,
];

export function isAbout({ path, line, change }: Equivalent, mutant: Mutant): boolean {
  return (
    path === mutant.path && line === mutant.lineText && (change === undefined || change === mutant.change)
  );
}
