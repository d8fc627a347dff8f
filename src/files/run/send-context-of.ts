/** What the senders of a run share, made of what the run was given. */
import { UploadIds } from '../../records/upload-id.ts';
import { Buffers } from '../send/buffers.ts';
import { checkChunkSize, planBuffers, recordLimit } from '../send/chunk-size.ts';
import { KeptFiles } from '../send/kept-files.ts';
import { PartitionChoice } from '../send/partitions.ts';
import { SendContext } from '../send/send-context.ts';
import { usualMaxMessageBytes } from '../shared/topics.ts';
import type { UploadRunOptions } from './upload-run-options.ts';

/** Throws ConfigurationError where the topic takes no chunks of the size that was asked for. */
export function sendContextOf(options: UploadRunOptions): SendContext {
  const { kafka, source, settings, progress, state, topic, producer, stop, encryption } = options;
  const { name: uploader, bufferBytes, checksum, chunkSize, linger, onEvent } = settings;
  const topicLimit = topic.maxMessageBytes ?? usualMaxMessageBytes;
  checkChunkSize(settings, topicLimit);
  const limit = recordLimit({ chunkSize, checksum }, topicLimit);
  const shared = { source, uploader, checksum, chunkSize, linger, state, progress, encryption };
  const isCut = settings.delta;
  const { count, size } = planBuffers(bufferBytes, limit);
  const buffers = new Buffers(count, size);
  const partitions = new PartitionChoice(topic.partitions);
  // Its way is sought while the lease is taken.
  producer.prepare(topic.name, partitions.next);
  const { compression, bandwidth = () => undefined, beyondRetention: beyond } = settings;
  const warn = (message: string): void => onEvent({ type: 'warning', message });
  const kept = new KeptFiles({ kafka, source, topic, compression, bandwidth, beyond, warn });
  const { stripeAbove } = settings;
  const on = { producer, topic: topic.name, topicId: topic.id, partitions, stripeAbove, kept, isCut };
  const ids = new UploadIds(Date.now, state.floor);
  return new SendContext({ ...shared, ...on, signal: stop.signal, buffers, ids }, limit);
}
