import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sinkContract } from '../../../test/contracts/sink.ts';
import { digestOf } from '../../records/checksum.ts';
import { MemoryDisk, MemorySink } from './sink.ts';

sinkContract('The sink in memory', 'anywhere', async () => {
  const disk = new MemoryDisk();
  let writes = 0;
  return {
    open: async () => new MemorySink(disk),
    read: async (target) => {
      const file = disk.files.get(target);
      if (file === undefined) return undefined;
      return { bytes: Buffer.from(file.bytes), mode: file.mode, inode: String(file.inode) };
    },
    write: async (target, text) =>
      disk.place(target, Buffer.from(text), { mtime: String(++writes), mode: 0o644 }),
    remove: async (target) => {
      disk.files.delete(target);
    },
    parts: async () => [...disk.parts.keys()],
    cutPart: async (upload, length) => {
      if (length === undefined) disk.parts.delete(upload);
      else disk.parts.set(upload, disk.parts.get(upload)!.slice(0, length));
    },
    changePart: async (upload) => {
      const bytes = Uint8Array.from(disk.parts.get(upload)!);
      bytes[0]! ^= 0xff;
      disk.parts.set(upload, bytes);
    },
  };
});

const look = { mtime: '1', mode: 0o644 };

test('A full disk refuses whole files and growing ones, and takes what fits', async () => {
  const disk = new MemoryDisk({ capacity: 10 });
  const sink = new MemorySink(disk);
  const published = { upload: '1', size: 8, digest: digestOf('md5', Buffer.alloc(8)) };
  await sink.publishWhole(Buffer.alloc(8), 'a', look, published);
  assert.deepEqual(await sink.freeSpace(), { bytes: 2, files: undefined });
  await assert.rejects(sink.publishWhole(Buffer.alloc(3), 'b', look, published), { code: 'ENOSPC' });
  await assert.rejects(sink.part('2').write(Buffer.alloc(3), 0), { code: 'ENOSPC' });
  await sink.part('2').write(Buffer.alloc(2), 0);
  await sink.part('2').write(Buffer.alloc(2), 0);
  await assert.rejects(sink.check(), { code: 'ENOSPC' });
});

test('Where upper and lower case are one, another spelling is refused', async () => {
  const sink = new MemorySink(new MemoryDisk({ caseInsensitive: true }));
  const published = { upload: '1', size: 1, digest: digestOf('md5', Buffer.alloc(1)) };
  await sink.publishWhole(Buffer.alloc(1), 'shop/A', look, published);
  await sink.publishWhole(Buffer.alloc(1), 'shop/A', look, published);
  await assert.rejects(sink.publishWhole(Buffer.alloc(1), 'shop/a', look, published), { code: 'EEXIST' });
});
