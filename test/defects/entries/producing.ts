/** A producer, and what it believes of answers. */
import { type Defect, edit } from '../defect.ts';

const model = 'test/models/producer.test.ts';
const queue = 'src/kafka/produce/partition-queue.test.ts';
const laneCount = 'src/kafka/produce/lane-count.test.ts';
const answers = 'test/integration/kafka-answers.test.ts';

export const producing: readonly Defect[] = [
  {
    name: 'unknown-error-taken-for-a-refusal',
    breaks:
      'UNKNOWN_SERVER_ERROR told of a batch that had been appended: the next one got its numbers, was taken for a repetition, and was acknowledged where it does not stand.',
    edits: [
      edit(
        'src/kafka/produce/answers.ts',
        "  return verdicts[code] ?? 'doubt';",
        "  return verdicts[code] ?? (code === -1 ? 'refused' : 'doubt');",
      ),
    ],
    seekers: [model],
    tests: ['src/kafka/produce/answers.test.ts'],
  },
  {
    name: 'doubt-frees-its-numbers',
    breaks: 'A batch that may have been appended gave its sequence numbers to the next one.',
    edits: [
      edit(
        'src/kafka/produce/partition-queue.ts',
        '    if (maybeThere && !batch.behindGap) batch.ambiguous = true;',
        '    if (maybeThere && batch.behindGap) batch.ambiguous = true;',
      ),
    ],
    seekers: [queue, model],
    tests: [queue],
  },
  {
    name: 'producers-asked-for-unasked',
    breaks: 'Brokers without DescribeProducers were asked for it all the same: a doubt never ended.',
    edits: [
      edit(
        'src/kafka/produce/route.ts',
        '    if (!versions.has(Api.describeProducers)) return undefined;\n',
        '    void (versions && Api);\n',
      ),
    ],
    seekers: [model, 'test/models/lasting.test.ts'],
    tests: [answers],
  },
  {
    name: 'forgotten-producer-in-a-storm',
    breaks:
      'A lasting OUT_OF_ORDER_SEQUENCE or UNKNOWN_PRODUCER_ID was answered by a new producer id at once: 1,200 requests and log lines a second.',
    edits: [
      edit(
        'src/kafka/produce/sender.ts',
        '    if (route.forgotten < forgettingAllowed) return new NetworkFailure(cause.message, { cause });',
        '    if (route.forgotten < Number.MAX_VALUE * forgettingAllowed) return undefined;',
      ),
    ],
    seekers: ['test/models/lasting.test.ts', model],
    tests: [answers],
  },
  {
    name: 'idle-producer-reordered',
    breaks: 'After a broker had forgotten an idle producer it took the second batch before the first.',
    edits: [
      edit(
        'src/kafka/produce/partition-queue.ts',
        '    if (inFlight === 0 && Math.abs(now - this.#sentAt) > longIdleMs) {',
        '    if (inFlight === 0 && Math.abs(now - this.#sentAt) > longIdleMs * 1e9) {',
      ),
    ],
    seekers: [queue, model],
    tests: [queue],
  },
  {
    name: 'refusal-asked-for-each-record',
    breaks: 'A refusal by the ACLs cost a round trip for each record.',
    edits: [edit('src/kafka/produce/answers.ts', "  29: 'refused',", "  29: 'bad-record',")],
    seekers: ['test/models/lasting.test.ts', model],
    tests: [answers, 'src/kafka/produce/answers.test.ts'],
  },
  {
    name: 'damaged-batch-for-ever',
    breaks: 'CORRUPT_MESSAGE was asked for again for ever.',
    edits: [
      edit(
        'src/kafka/produce/sender.ts',
        '      return batch.damaged < damagesAllowed;',
        '      return batch.damaged < damagesAllowed * 1e9;',
      ),
    ],
    seekers: ['test/models/lasting.test.ts', model],
    tests: [answers],
  },
  {
    name: 'full-line-looks-free',
    breaks:
      'On a line that others kept full, and that nobody had seen otherwise, connections were added without end.',
    edits: [
      edit(
        'src/kafka/produce/lane-count.ts',
        '(this.#isFull || (this.#lanes > 1 && !this.#recent.isEmptyInBetween))',
        'this.#isFull',
      ),
    ],
    seekers: [],
    tests: [laneCount],
  },
  {
    name: 'lost-requests-a-full-line',
    breaks: 'Two small requests that were lost made a line look full: one connection was kept for seconds.',
    edits: [
      edit(
        'src/kafka/produce/lane-count.ts',
        'if (this.#longer >= longerInARow && now',
        'if (this.#longer >= Math.min(0, longerInARow) && now',
      ),
    ],
    seekers: [],
    tests: [laneCount],
  },
  {
    name: 'answered-and-asked-again',
    breaks:
      'A connection that had been answered was asked once more after a failure, which cost a round trip of each cut.',
    edits: [
      edit(
        'src/kafka/produce/route.ts',
        'const isProven = link.connection.received > 0;',
        'const isProven = link.connection.received < 0;',
      ),
    ],
    seekers: [],
    tests: ['src/kafka/produce/route.test.ts'],
  },
];
