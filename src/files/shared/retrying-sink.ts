/** A sink whose every call is tried until it works: whoever stands above meets only what waiting does not mend. */
import type { PartFile, PublishedFile, Sink } from '../../stores/contract.ts';
import type { SharedSink } from '../../stores/shared-sink.ts';
import type { DiskRetry } from './disk-retry.ts';

/** Wraps a sink. Its calls throw what is not of the system, and StoppedError; those that concern one name, or one temporary file, also what is wrong with it. */
export function retryingSink(sink: Sink, retry: DiskRetry): Sink {
  sink.notices((message) => retry.warn(message));
  return {
    place: sink.place,
    id: sink.id,
    isCopy: sink.isCopy,
    caseInsensitive: sink.caseInsensitive,
    published: (target) => retry.forAll(() => sink.published(target)),
    newest: (target) => retry.forAll(() => sink.newest(target)),
    digestOfTarget: (target, algorithm, size) =>
      retry.with(0, () => sink.digestOfTarget(target, algorithm, size)),
    ...openingOf(sink, retry),
    abilities: sink.abilities,
    shared: sink.shared && retryingShared(sink.shared, retry),
    part: (upload, of) => retryingPart(sink.part(upload, of), retry),
    timeOfTarget: (target) => retry.with(0, () => sink.timeOfTarget(target)),
    publish: (upload, target, look, published, over) =>
      retry.with(published.size, () => sink.publish(upload, target, look, published, over)),
    publishWhole: (bytes, target, look, published, over) =>
      retry.with(bytes.length, () => sink.publishWhole(bytes, target, look, published, over)),
    adopt: (target, published, look) => retry.forAll(() => sink.adopt(target, published, look)),
    ...linkingOf(sink, retry),
    ...(sink.join && { join: (wish) => retry.with(0, () => sink.join!(wish)) }),
    ...(sink.folder && { folder: (target, folder) => retry.with(0, () => sink.folder!(target, folder)) }),
    ...(sink.remove === undefined
      ? {}
      : { remove: (target: string, upload: string) => retry.with(0, () => sink.remove!(target, upload)) }),
    quarantine: (upload, target) => retry.with(0, () => sink.quarantine(upload, target)),
    discard: (upload) => retry.forAll(() => sink.discard(upload)),
    clear: (upload) => retry.forAll(() => sink.clear(upload)),
    unfinished: () => retry.forAll(() => sink.unfinished()),
    positions: () => retry.forAll(() => sink.positions()),
    checkpoint: (uploads, positions) => retry.forAll(() => sink.checkpoint(uploads, positions)),
    check: () => retry.forAll(() => sink.check()),
    freeSpace: () => sink.freeSpace(),
    notices: (tell) => sink.notices(tell),
    close: () => sink.close(),
  };
}

function retryingShared(shared: SharedSink, retry: DiskRetry): SharedSink {
  return {
    group: shared.group,
    begin: (topic, first) => retry.forAll(() => shared.begin(topic, first)),
    claims: (topic) => retry.forAll(() => shared.claims(topic)),
    take: (topic, taken, left) => retry.forAll(() => shared.take(topic, taken, left)),
  };
}

function linkingOf(sink: Sink, retry: DiskRetry): Pick<Sink, 'link' | 'linkAt'> {
  if (sink.link === undefined) return {};
  return {
    link: (target, link, over) => retry.with(0, () => sink.link!(target, link, over)),
    linkAt: (target) => retry.forAll(async () => sink.linkAt?.(target)),
  };
}

/** Where the sink cannot do it, nor can this one. */
function openingOf(sink: Sink, retry: DiskRetry): Pick<Sink, 'openPublished'> {
  if (sink.openPublished === undefined) return {};
  const again = (file: PublishedFile): PublishedFile => ({
    read: (buffer, position) => retry.with(0, () => file.read(buffer, position)),
    ...(file.cloneTo && { cloneTo: (upload: string) => retry.with(0, () => file.cloneTo!(upload)) }),
    close: () => file.close(),
  });
  return {
    openPublished: async (target) => {
      const file = await retry.with(0, () => sink.openPublished!(target));
      return file && again(file);
    },
  };
}

function retryingPart(part: PartFile, retry: DiskRetry): PartFile {
  return {
    write: (bytes, position) => retry.with(bytes.length, () => part.write(bytes, position)),
    read: (buffer, position) => retry.with(0, () => part.read(buffer, position)),
    sync: () => retry.with(0, () => part.sync()),
    isAsWritten: () => retry.with(0, () => part.isAsWritten()),
    close: () => part.close(),
  };
}
