/** Consumers, groups and positions. */
import { type Defect, edit } from '../defect.ts';

const askingModel = 'test:models asking --seed 5 --runs 120';
const model = 'test/models/reader.test.ts';
const answersFuzz = 'fuzz answers --seed defects --count 3000';
const batchesFuzz = 'fuzz batches --seed defects --count 3000';
const emptyAnswers = 'test/integration/kafka-empty-answers.test.ts';
const answers = 'test/integration/kafka-answers.test.ts';

export const consuming: readonly Defect[] = [
  {
    name: 'one-unknown-answer-ends-a-reader',
    breaks: 'A single UNKNOWN_SERVER_ERROR ended a consumer, where Java asks again.',
    edits: [
      edit(
        'src/kafka/cluster/refusals.ts',
        '  const kind = table[code];\n',
        "  const kind = table[code] ?? (code === -1 ? 'invalid' : undefined);\n",
      ),
    ],
    seekers: [model, answersFuzz],
    tests: ['src/kafka/cluster/refusals.test.ts', answers],
  },
  {
    name: 'commit-refused-by-one-that-has-not-heard',
    breaks: 'A coordinator that had not heard of a topic yet ended a consumer at its commit.',
    edits: [
      edit(
        'src/kafka/group/coordinator.ts',
        '  if (known?.partitions[partition] !== undefined) return;\n',
        '',
      ),
    ],
    seekers: [askingModel, model],
    tests: [answers],
  },
  {
    name: 'cut-log-jumped-over',
    breaks: 'After an unclean election records were jumped over without a word.',
    edits: [
      edit(
        'src/kafka/consume/asked.ts',
        '  return replica || cuts >= cutsBelieved ? -1 : epochs.last;',
        '  return replica || cuts >= cutsBelieved ? -1 : Math.min(-1, epochs.last);',
      ),
    ],
    seekers: [model],
    tests: ['test/integration/kafka-truncation.test.ts'],
  },
  {
    name: 'cut-batch-in-a-storm',
    breaks:
      'An answer whose first batch was cut short was asked for again at once: 2,984 fetches a second, and nothing told.',
    edits: [
      edit(
        'src/kafka/consume/fetcher.ts',
        '      if (next <= offset && fetched.end > fetched.start) {',
        '      if (next <= offset && fetched.end < fetched.start) {',
      ),
    ],
    seekers: ['test/models/lasting.test.ts', model, batchesFuzz],
    tests: [answers],
  },
  {
    name: 'forgotten-partitions-in-a-storm',
    breaks:
      'An answer that said nothing of what was asked for was asked for again at once, and nothing told.',
    edits: [
      edit(
        'src/kafka/consume/fetcher.ts',
        '      if (answer.throttleMs === 0 && session.epoch <= 0)\n',
        '      if (answer.throttleMs < 0 && session.epoch <= 0)\n',
      ),
    ],
    seekers: [model],
    tests: [emptyAnswers],
  },
  {
    name: 'quota-taken-for-a-broken-answer',
    breaks:
      'A look at a topic that a quota answered with nothing was a broken answer: its broker was doubted, and the cluster called unreachable.',
    edits: [
      edit(
        'src/kafka/consume/read-to-end.ts',
        '  if (fetched === undefined && response.throttleMs > 0) return undefined;\n',
        '',
      ),
    ],
    seekers: [model],
    tests: [emptyAnswers],
  },
  {
    name: 'million-empty-records-at-once',
    breaks: 'Budgets count bytes: a million empty records cost 147 MB, and 0.6 s in which nothing else ran.',
    edits: [
      edit(
        'src/kafka/consume/part.ts',
        '      if (expanded >= mostExpanded || records.length >= mostRecords)',
        '      if (expanded >= mostExpanded || records.length >= mostRecords * 1e6)',
      ),
    ],
    seekers: [batchesFuzz],
    tests: ['src/kafka/consume/part.test.ts'],
  },
  {
    name: 'corrupt-answer-for-ever',
    breaks: 'A broker that cannot read what stands there was asked for it for ever.',
    edits: [
      edit(
        'src/kafka/consume/assignment.ts',
        '    if (cursor.corruptions <= corruptionsAllowed) this.displaced(cursor, answer);',
        '    if (cursor.corruptions <= corruptionsAllowed * 1e9) this.displaced(cursor, answer);',
      ),
    ],
    seekers: ['test/models/lasting.test.ts', model],
    tests: [answers],
  },
  {
    name: 'cursor-in-two-fetchers',
    breaks: 'After a damaged batch from a replica the partition was fetched from that and from its leader.',
    edits: [
      edit(
        'src/kafka/consume/assignment.ts',
        `    // It may still stand with the replica that it was read from.
    for (const fetcher of this.#fetchers.values()) fetcher.remove(cursor);
`,
        '',
      ),
    ],
    seekers: ['test/models/lasting.test.ts', model],
    tests: ['test/integration/kafka-racks.test.ts', answers],
  },
  {
    name: 'look-for-offsets-outlives-its-reader',
    breaks: 'The look for the offsets of a partition went on after its consumer was closed.',
    edits: [
      edit(
        'src/kafka/consume/followed-topic.ts',
        '    return this.#cluster.retry(`find the offsets of ${this.name}-${partition}`, look, signal);',
        '    void signal;\n    return this.#cluster.retry(`find the offsets of ${this.name}-${partition}`, look);',
      ),
    ],
    seekers: ['test/models/lasting.test.ts', model],
    tests: [answers, 'test/integration/kafka-truncation.test.ts'],
  },
  {
    name: 'replicas-that-name-each-other',
    breaks: 'Two replicas that named each other as the nearest were asked 1,800 times a second.',
    edits: [
      edit(
        'src/kafka/consume/fetcher.ts',
        '      if (cursor.replica || isForLeaderAlone(cursor))\n',
        '      if (cursor.isGivenUp && isForLeaderAlone(cursor))\n',
      ),
    ],
    seekers: ['test/models/lasting.test.ts', model],
    tests: [answers, 'test/integration/kafka-racks.test.ts'],
  },
];
