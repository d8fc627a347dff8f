/**
 * What stands between a fault of docs/faults.md and its harm, taken out: none of these was ever a defect. A row there that no
 * defect of another room tells of names one of these.
 */
import { type Defect, edit } from '../defect.ts';

const tokensModel = 'test/models/tokens.test.ts';
const spoolModel = 'src/live/publish/spool.test.ts';
const linksModel = 'test/models/links.test.ts';
const faultScope = ['src/files/shared/fault-scope.test.ts'];
const sendFile = 'src/files/send/send-file.ts';
const model = 'test/flow/model.test.ts';
const oddDisk = 'test/models/odd-disk.test.ts';
const crash = 'test:crash --first 1 --seeds 12 --no-points';

const ofFiles: readonly Defect[] = [
  {
    name: 'half-sent-file-begun-anew',
    breaks: 'An uploader that was killed sends a half-sent file from its beginning, under another id.',
    edits: [
      edit(
        'src/files/state/decide.ts',
        "? { action: 'resume', from: state }",
        "? { action: 'send', reason: 'changed', abort: state }",
      ),
    ],
    seekers: [crash],
    tests: [
      'test/flow/resume.test.ts > An interrupted upload goes on where it stopped, under the same id',
      'src/files/state/decide.test.ts',
    ],
  },
  {
    name: 'position-passes-what-is-under-way',
    breaks: 'The position of a partition passes batches that are still being received.',
    edits: [
      edit(
        'src/files/run/safe-offset.ts',
        'while (this.#batches[0]?.done) this',
        'while (this.#batches.length > 0) this',
      ),
    ],
    seekers: ['test/models/checkpoint.test.ts', crash],
    tests: ['src/files/run/safe-offset.test.ts'],
  },
  {
    name: 'full-disk-blamed-on-a-file',
    breaks: 'A full disk costs the file that met it, instead of being waited for.',
    edits: [
      edit(
        'src/files/shared/fault-scope.ts',
        "const ofName = new Set([\n  'EACCES',\n",
        "const ofName = new Set([\n  'EACCES',\n  'EDQUOT',\n  'ENOSPC',\n",
      ),
    ],
    seekers: [oddDisk, crash],
    tests: faultScope,
  },
  {
    name: 'broken-disk-blamed-on-a-file',
    breaks: 'An EIO of the disk costs the file that met it, instead of being waited for.',
    edits: [
      edit(
        'src/files/shared/fault-scope.ts',
        "const ofName = new Set([\n  'EACCES',\n",
        "const ofName = new Set([\n  'EACCES',\n  'EIO',\n",
      ),
    ],
    seekers: [oddDisk, crash],
    tests: faultScope,
  },
  {
    name: 'change-while-read-not-looked-for',
    breaks: 'A file that changes while it is read is closed as if it were one version.',
    edits: [
      edit(
        sendFile,
        "  if (lookText(now) !== lookText(file)) return changed(context, sending, 'it changed while it was read');\n",
        '',
      ),
      edit(
        sendFile,
        `  if (named === undefined || lookText(named) !== lookText(file))
    return changed(context, sending, 'it was replaced or removed while it was read');
`,
        '',
      ),
    ],
    seekers: [model, crash],
    tests: ['test/flow/source-faults.test.ts'],
  },
  {
    name: 'inode-not-compared',
    breaks: 'An edit of the same size whose time was put back is never found.',
    edits: [
      edit(
        'src/files/state/decide.ts',
        'const sameInode = fingerprint.ctime === file.ctime && fingerprint.inode === file.inode;',
        'const sameInode = true;',
      ),
    ],
    seekers: [model, crash],
    tests: ['src/files/state/decide.test.ts'],
  },
  {
    name: 'digest-not-compared',
    breaks: 'Bits that were turned over on their way are published.',
    edits: [
      edit('src/files/receive/finish-upload.ts', 'if (digest !== facts.digest) {', "if (digest === '') {"),
      edit('src/files/receive/unpack.ts', 'if (found !== digest) {', "if (found === '') {"),
    ],
    seekers: [crash],
    tests: ['test/flow/order.test.ts'],
  },
  {
    name: 'versions-by-the-clock-alone',
    breaks: 'A version that is sent after the clock stepped back is taken for an older one.',
    edits: [
      edit(
        'src/records/upload-id.ts',
        'const version = least > this.#last ? least : this.#last;',
        'const version = now;',
      ),
    ],
    seekers: [model],
    tests: ['src/records/upload-id.test.ts'],
  },
  {
    name: 'topic-made-anew-not-noticed',
    breaks: 'Positions of a topic that was deleted are gone on with on the one that was made in its place.',
    edits: [
      edit(
        'src/files/run/positions.ts',
        'if (isOther || [...committed.values()].some((position) => isOfOther(position, topic))) {',
        'if (isOther && committed.size === 0) {',
      ),
    ],
    seekers: [model],
    tests: ['test/flow/topic-faults.test.ts'],
  },
  {
    name: 'new-partitions-not-looked-for',
    breaks: 'What is sent to partitions that were added does not arrive at a downloader that runs.',
    edits: [
      edit(
        'src/files/run/download-run.ts',
        'newPartitions: !settings.once,',
        'newPartitions: settings.once === undefined,',
      ),
    ],
    seekers: [model],
    tests: ['test/flow/topic-faults.test.ts'],
  },
  {
    name: 'lowered-limit-not-told-apart',
    breaks: 'Where max.message.bytes is lowered in the middle of a file, the run ends.',
    edits: [
      edit(
        'src/files/send/chunk-size.ts',
        "return error instanceof KafkaError && error.kind === 'too-large';",
        "return error instanceof KafkaError && error.kind === 'corrupt';",
      ),
    ],
    seekers: [model],
    tests: ['test/flow/topic-faults.test.ts'],
  },
  {
    name: 'living-uploader-passed-over',
    breaks: 'A second uploader of one name begins while the first one lives.',
    edits: [
      edit(
        'src/files/state/lease.ts',
        'if (now.offset !== lease.offset) throw refusal(uploader, now, advice);',
        'if (now.offset !== lease.offset) return;',
      ),
    ],
    seekers: [model],
    tests: ['src/files/state/lease.test.ts'],
  },
  {
    name: 'stopped-uploader-writes-on',
    breaks: 'An uploader that was stopped for longer than its lease writes on beside its successor.',
    edits: [
      edit(
        'src/files/state/held-lease.ts',
        'return isOverdue(this.#renewed) ? this.#renew() : undefined;',
        'return undefined;',
      ),
    ],
    seekers: [crash],
    tests: ['src/files/state/held-lease.test.ts'],
  },
];

const ofKafka: readonly Defect[] = [
  {
    name: 'too-few-replicas-refuse',
    breaks: 'Where too few replicas are in step, records are refused for good instead of waiting.',
    edits: [edit('src/kafka/produce/answers.ts', "19: 'turned-away',", "19: 'refused',")],
    seekers: ['test/models/producer.test.ts'],
    tests: ['src/kafka/produce/answers.test.ts'],
  },
  {
    name: 'network-failure-is-final',
    breaks: 'A connection that breaks ends whoever used it.',
    edits: [
      edit(
        'src/kafka/cluster/failures.ts',
        'return error instanceof NetworkFailure || error instanceof NotNow;',
        'return error instanceof NotNow;',
      ),
    ],
    seekers: ['test/models/producer.test.ts', 'test/models/reader.test.ts', crash],
    tests: ['src/kafka/cluster/give-up.test.ts', 'test/integration/kafka-restart.test.ts'],
  },
  {
    name: 'slow-way-given-no-more-time',
    breaks: 'Over 64 kbit/s the same request is given up and sent again for ever.',
    edits: [
      edit(
        'src/kafka/produce/timeout-estimate.ts',
        'Math.min(most, this.#timeouts * 2)',
        'Math.min(most, this.#timeouts)',
      ),
    ],
    seekers: [tokensModel],
    tests: ['src/kafka/produce/timeout-estimate.test.ts'],
  },
  {
    name: 'quota-not-heeded',
    breaks: 'A connection that is throttled is sent to on and on, and given up as silent.',
    edits: [
      edit('src/kafka/cluster/connection.ts', '    setTimeout(this.closeGate(), heeded).unref();\n', ''),
    ],
    seekers: [linksModel],
    tests: ['src/kafka/cluster/connection.test.ts'],
  },
  {
    name: 'every-header-decoded',
    breaks: 'A record of 100,000 headers costs as many objects.',
    edits: [
      edit(
        'src/kafka/wire/batch-decode.ts',
        'const decodedHeaders = 64;',
        'const decodedHeaders = 1_000_000;',
      ),
    ],
    seekers: ['fuzz batches --seed defects --count 3000'],
    tests: ['src/kafka/wire/batch.test.ts'],
  },
  {
    name: 'expands-without-a-cap',
    breaks: 'A batch of some kilobytes expands to gigabytes.',
    edits: [
      edit(
        'src/kafka/wire/decompress.ts',
        'return { maxOutputLength: cap, chunkSize };',
        'return { maxOutputLength: Math.max(cap, 2 ** 31), chunkSize };',
      ),
    ],
    seekers: ['fuzz batches --seed defects --count 3000'],
    tests: ['src/kafka/wire/decompress.test.ts'],
  },
  {
    name: 'last-token-not-given',
    breaks: 'While the identity provider is down, nobody connects with a token that is still good.',
    edits: [
      edit(
        'src/kafka/sasl/tokens.ts',
        'if (token === undefined || end === undefined || this.#now() >= end) throw error;',
        'if (token === undefined || end === undefined || this.#now() >= 0) throw error;',
      ),
    ],
    seekers: [tokensModel],
    tests: ['src/kafka/sasl/tokens.test.ts'],
  },
];

const ofLive: readonly Defect[] = [
  {
    name: 'spool-without-a-bound',
    breaks: 'While Kafka is away, a publisher takes memory without end.',
    edits: [
      edit(
        'src/live/publish/spool.ts',
        'while (this.#bytes > this.#limit) {',
        'while (this.#bytes > this.#limit * 1e6) {',
      ),
    ],
    seekers: [spoolModel],
    tests: ['src/live/publish/spool.test.ts'],
  },
];

export const defences: readonly Defect[] = [...ofFiles, ...ofKafka, ...ofLive];
