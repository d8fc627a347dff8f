import { sinkContract } from '../../../test/contracts/sink.ts';
import { MemoryBucket, MemoryBucketSink } from './bucket.ts';

sinkContract('An object store in memory', 'in-order', async () => {
  const bucket = new MemoryBucket();
  let writes = 0;
  return {
    open: async () => new MemoryBucketSink(bucket),
    read: async (target) => {
      const object = bucket.objects.get(target);
      if (object === undefined) return undefined;
      return { bytes: Buffer.from(object.bytes), mode: object.mode, inode: String(object.version) };
    },
    write: async (target, text) =>
      bucket.put(target, Buffer.from(text), { mtime: String(++writes), mode: 0o644 }),
    remove: async (target) => {
      bucket.objects.delete(target);
    },
    parts: async () => [...bucket.open.keys()],
    cutPart: async (upload) => {
      bucket.open.delete(upload);
    },
  };
});
