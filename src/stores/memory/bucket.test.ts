import { sharedPlace } from '../../../test/contracts/sink/in-order.ts';
import { type SinkGround, sinkContract } from '../../../test/contracts/sink.ts';
import { MemoryBucket, MemoryBucketSink } from './bucket.ts';

async function ground(): Promise<SinkGround> {
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
      for (const open of bucket.open.keys()) if (open.endsWith(upload)) bucket.open.delete(open);
    },
  };
}

sinkContract('An object store in memory', 'in-order', ground);
sharedPlace(ground);
