/** A sink whose every call is tried until it works: whoever stands above meets only what waiting does not mend. */
import type { PartFile, Sink } from '../../stores/contract.ts';
import type { DiskRetry } from './disk-retry.ts';

/** Wraps a sink. Its calls throw permanent errors, those that are not of the system, and StoppedError. */
export function retryingSink(sink: Sink, retry: DiskRetry): Sink {
  return {
    place: sink.place,
    id: sink.id,
    caseInsensitive: sink.caseInsensitive,
    published: (target) => retry.with(0, () => sink.published(target)),
    digestOfTarget: (target, algorithm) => retry.with(0, () => sink.digestOfTarget(target, algorithm)),
    part: (upload) => retryingPart(sink.part(upload), retry),
    publish: (upload, target, look, published) =>
      retry.with(published.size, () => sink.publish(upload, target, look, published)),
    publishWhole: (bytes, target, look, published) =>
      retry.with(bytes.length, () => sink.publishWhole(bytes, target, look, published)),
    adopt: (target, published) => retry.with(0, () => sink.adopt(target, published)),
    quarantine: (upload, target) => retry.with(0, () => sink.quarantine(upload, target)),
    discard: (upload) => retry.with(0, () => sink.discard(upload)),
    clear: (upload) => retry.with(0, () => sink.clear(upload)),
    unfinished: () => retry.with(0, () => sink.unfinished()),
    checkpoint: (uploads) => retry.with(0, () => sink.checkpoint(uploads)),
    freeBytes: () => sink.freeBytes(),
    close: () => sink.close(),
  };
}

function retryingPart(part: PartFile, retry: DiskRetry): PartFile {
  return {
    write: (bytes, position) => retry.with(bytes.length, () => part.write(bytes, position)),
    read: (buffer, position) => retry.with(0, () => part.read(buffer, position)),
    sync: () => retry.with(0, () => part.sync()),
    close: () => part.close(),
  };
}
