/** How MirrorMaker 2 carries records: how large, how many at once, and each how often. Pure. */
import type { RelayLine } from './line.ts';
import type { RelaySettings } from './options.ts';
import { isSince } from './release.ts';

/** Of the consumer at the one, and of the producer at the other. */
export function carriageLines(settings: RelaySettings): RelayLine[] {
  return [...sizeLines(settings), ...exactLines(settings)];
}

/** What a request has beside its largest record. */
const besideRecord = 64 * 1024;

function sizeLines({ from, to, maxRecord }: RelaySettings): RelayLine[] {
  return [
    {
      name: `${from.name}.consumer.max.partition.fetch.bytes`,
      value: String(maxRecord),
      why: `Records of up to ${maxRecord} bytes are read.`,
    },
    {
      name: `${from.name}.consumer.fetch.max.bytes`,
      value: String(Math.max(maxRecord, 16 * 1024 * 1024)),
      why: 'Of all partitions together, which bounds memory.',
    },
    {
      name: `${to.name}.producer.max.request.size`,
      value: String(maxRecord + besideRecord),
      why: 'And written: a record that is larger stops MirrorMaker 2 for good, and the usual limit is 1 MiB.',
    },
    {
      name: `${to.name}.producer.buffer.memory`,
      value: String(Math.max(4 * maxRecord, 32 * 1024 * 1024)),
      why: 'Several of them fit.',
    },
    {
      name: `${to.name}.producer.batch.size`,
      value: String(1024 * 1024),
      why: 'Many small records go in one request, which counts over a long way.',
    },
    {
      name: `${to.name}.producer.linger.ms`,
      value: '0',
      why: 'Nothing waits for others: live video is short of time.',
    },
    {
      name: 'tasks.max',
      value: '4',
      why: 'Partitions are shared by so many tasks, each with a connection of its own.',
    },
  ];
}

function exactLines({ from, to, mirrorVersion }: RelaySettings): RelayLine[] {
  if (!isSince(mirrorVersion, 3, 5)) {
    return [
      {
        why: `MirrorMaker 2 of Kafka ${mirrorVersion} cannot copy exactly once (3.5 or newer can): after it was killed some records come twice, which Sluice passes over.`,
      },
    ];
  }
  return [
    {
      name: `${to.name}.exactly.once.source.support`,
      value: 'enabled',
      why: 'Each record once, also when MirrorMaker 2 is killed: records and how far it is are one transaction. For a MirrorMaker 2 of several processes that ran without, "preparing" first.',
    },
    {
      name: `${from.name}.consumer.isolation.level`,
      value: 'read_committed',
      why: `Transactions that were given up at ${from.name} are not copied, should it be a copy itself.`,
    },
    {
      name: `${to.name}.producer.transaction.timeout.ms`,
      value: '900000',
      why: `${to.name} may be away for so long (brokers allow no more by default) before a transaction is given up, and its task has failed: nobody starts a task again but a new start of the process.`,
    },
  ];
}
