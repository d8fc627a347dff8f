/** A sink whose every call is tried until it works: whoever stands above meets only what waiting does not mend. */
import type { PartFile, Sink } from '../stores/contract.ts';
import type { Patience } from './patience.ts';

/** Wraps a sink. Its calls throw permanent errors, those that are not of the system, and StoppedError. */
export function patientSink(sink: Sink, patience: Patience): Sink {
  return {
    place: sink.place,
    id: sink.id,
    caseInsensitive: sink.caseInsensitive,
    published: (target) => patience.with(0, () => sink.published(target)),
    digestOfTarget: (target, algorithm) => patience.with(0, () => sink.digestOfTarget(target, algorithm)),
    part: (upload) => patientPart(sink.part(upload), patience),
    publish: (upload, target, look, published) =>
      patience.with(published.size, () => sink.publish(upload, target, look, published)),
    publishWhole: (bytes, target, look, published) =>
      patience.with(bytes.length, () => sink.publishWhole(bytes, target, look, published)),
    adopt: (target, published) => patience.with(0, () => sink.adopt(target, published)),
    quarantine: (upload, target) => patience.with(0, () => sink.quarantine(upload, target)),
    discard: (upload) => patience.with(0, () => sink.discard(upload)),
    clear: (upload) => patience.with(0, () => sink.clear(upload)),
    remembered: () => patience.with(0, () => sink.remembered()),
    remember: (uploads) => patience.with(0, () => sink.remember(uploads)),
    freeBytes: () => sink.freeBytes(),
    close: () => sink.close(),
  };
}

function patientPart(part: PartFile, patience: Patience): PartFile {
  return {
    write: (bytes, position) => patience.with(bytes.length, () => part.write(bytes, position)),
    read: (buffer, position) => patience.with(0, () => part.read(buffer, position)),
    sync: () => patience.with(0, () => part.sync()),
    close: () => part.close(),
  };
}
