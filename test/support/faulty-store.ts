/** Stores that fail, wait or change something at a call that the test chooses. The stores themselves stay real. */
import type { OpenFile, PartFile, Sink, Source } from '../../src/stores/contract.ts';

/** A call of a store, before it is passed on: whoever throws makes it fail, whoever waits delays it. */
export interface StoreCall {
  readonly method: string;
  /** The path, target or upload that it concerns. */
  readonly name: string;
  /** Of a read or write: where. */
  readonly position?: number;
}

export type BeforeCall = (call: StoreCall) => void | Promise<void>;

/** The same sink, with `before` called ahead of every call. */
export function faultySink(sink: Sink, before: BeforeCall): Sink {
  const guarded = async <T>(method: string, name: string, work: () => Promise<T>): Promise<T> => {
    await before({ method, name });
    return work();
  };
  return {
    place: sink.place,
    id: sink.id,
    isCopy: sink.isCopy,
    caseInsensitive: sink.caseInsensitive,
    published: (target) => guarded('published', target, () => sink.published(target)),
    newest: (target) => guarded('newest', target, () => sink.newest(target)),
    digestOfTarget: (target, algorithm, size) =>
      guarded('digestOfTarget', target, () => sink.digestOfTarget(target, algorithm, size)),
    abilities: sink.abilities,
    part: (upload, of) => faultyPart(sink.part(upload, of), upload, before),
    ...(sink.openPublished === undefined
      ? {}
      : {
          openPublished: (target: string) =>
            guarded('openPublished', target, async () => sink.openPublished?.(target)),
        }),
    timeOfTarget: (target) => guarded('timeOfTarget', target, () => sink.timeOfTarget(target)),
    ...(sink.proveAside === undefined ? {} : { proveAside: () => sink.proveAside!() }),
    publish: (upload, target, look, published, over) =>
      guarded('publish', target, () => sink.publish(upload, target, look, published, over)),
    publishWhole: (bytes, target, look, published, over) =>
      guarded('publishWhole', target, () => sink.publishWhole(bytes, target, look, published, over)),
    adopt: (target, published, look) => guarded('adopt', target, () => sink.adopt(target, published, look)),
    quarantine: (upload, target) => guarded('quarantine', target, () => sink.quarantine(upload, target)),
    discard: (upload) => guarded('discard', upload, () => sink.discard(upload)),
    clear: (upload) => guarded('clear', upload, () => sink.clear(upload)),
    unfinished: () => guarded('unfinished', '', () => sink.unfinished()),
    positions: () => guarded('positions', '', () => sink.positions()),
    checkpoint: (uploads, positions) => guarded('checkpoint', '', () => sink.checkpoint(uploads, positions)),
    check: () => guarded('check', '', () => sink.check()),
    freeSpace: () => guarded('freeSpace', '', () => sink.freeSpace()),
    notices: (tell) => sink.notices(tell),
    close: () => sink.close(),
  };
}

function faultyPart(part: PartFile, upload: string, before: BeforeCall): PartFile {
  return {
    write: async (bytes, position) => {
      await before({ method: 'write', name: upload, position });
      return part.write(bytes, position);
    },
    read: async (buffer, position) => {
      await before({ method: 'read', name: upload, position });
      return part.read(buffer, position);
    },
    sync: async () => {
      await before({ method: 'sync', name: upload });
      return part.sync();
    },
    isAsWritten: async () => {
      await before({ method: 'isAsWritten', name: upload });
      return part.isAsWritten();
    },
    close: () => part.close(),
  };
}

/** The same source, with `before` called ahead of every look, open and read. */
export function faultySource(source: Source, before: BeforeCall): Source {
  return {
    place: source.place,
    abilities: source.abilities,
    list: (selection, unsendable) => source.list(selection, unsendable),
    look: async (path) => {
      await before({ method: 'look', name: path });
      return source.look(path);
    },
    open: async (path) => {
      await before({ method: 'open', name: path });
      return faultyFile(await source.open(path), path, before);
    },
    ...(source.removeIfSame === undefined
      ? {}
      : {
          removeIfSame: async (file) => {
            await before({ method: 'removeIfSame', name: file.path });
            return source.removeIfSame!(file);
          },
        }),
    rootId: () => source.rootId(),
    watch: (hint, selection, unnoticed) => source.watch(hint, selection, unnoticed),
  };
}

function faultyFile(file: OpenFile, path: string, before: BeforeCall): OpenFile {
  return {
    look: async () => {
      await before({ method: 'lookOpen', name: path });
      return file.look();
    },
    read: async (buffer, position) => {
      await before({ method: 'read', name: path, position });
      return file.read(buffer, position);
    },
    close: () => file.close(),
  };
}

/** A hook that acts at the first call of a method (from `position` on, if that is given), once. */
export function once(
  method: string,
  act: (call: StoreCall) => void | Promise<void>,
  position = 0,
): BeforeCall {
  let done = false;
  return (call) => {
    if (done || call.method !== method || (call.position ?? 0) < position) return;
    done = true;
    return act(call);
  };
}
