import { sourceContract } from '../../../test/contracts/source.ts';
import { MemorySource } from './source.ts';

sourceContract('The source in memory', async () => {
  const source = new MemorySource();
  return {
    source,
    write: async (path, text, mode) =>
      source.write(path, Buffer.from(text), mode === undefined ? {} : { mode }),
    replace: async (path, text) => source.replace(path, Buffer.from(text)),
    setTime: async (path, nanoseconds) => source.write(path, source.bytes(path), { mtime: nanoseconds }),
    remove: async (path) => source.remove(path),
  };
});
