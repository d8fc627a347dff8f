import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UploadControl } from '../../src/files/shared/upload-control.ts';
import type { OpenFile, SourceFile } from '../../src/stores/contract.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { Flow, noise } from '../support/flow.ts';

/** A source whose files named `slow*` are read when it is let on. */
class GatedSource extends MemorySource {
  readonly #gate = Promise.withResolvers<void>();
  readonly begun = Promise.withResolvers<void>();
  readonly listed = Promise.withResolvers<void>();

  letOn(): void {
    this.#gate.resolve();
  }

  override async *list(...what: Parameters<MemorySource['list']>): AsyncGenerator<SourceFile> {
    yield* super.list(...what);
    this.listed.resolve();
  }

  override async open(path: string): Promise<OpenFile> {
    const file = await super.open(path);
    if (!path.startsWith('slow')) return file;
    const read: OpenFile['read'] = async (buffer, position) => {
      this.begun.resolve();
      await this.#gate.promise;
      return file.read(buffer, position);
    };
    return { ...file, read };
  }
}

test('an urgent file, large or small, overtakes large ones that are under way and all that wait', async () => {
  const flow = new Flow({ maxMessageBytes: 8192 });
  const source = new GatedSource();
  for (let at = 0; at < 20; at++) source.write(`slow/${at}`, noise(50_000));
  const stop = new AbortController();
  const sent: string[] = [];
  const alarms = Promise.withResolvers<void>();
  const running = flow.up(
    {
      once: false,
      parallel: 2,
      packBelow: 1000,
      first: ['alarm/**'],
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'sent') sent.push(event.path);
        if (sent.length === 2) alarms.resolve();
      },
    },
    { source },
  );
  await source.begun.promise;
  source.write('alarm/large', noise(60_000));
  source.write('alarm/small', noise(100));
  await alarms.promise;
  assert.deepEqual(sent.sort(), ['alarm/large', 'alarm/small']);
  source.letOn();
  stop.abort();
  await running;
});

test('what waits is sent in the order that was asked for, and in another from when that is asked for', async () => {
  const flow = new Flow({ maxMessageBytes: 8192 });
  const source = new GatedSource();
  source.write('slow', noise(5000));
  const sizes = { c: 3000, a: 2000, d: 1000, b: 4000 };
  for (const [path, size] of Object.entries(sizes)) source.write(path, noise(size));
  const sent: string[] = [];
  let control: UploadControl | undefined;
  const running = flow.up(
    {
      parallel: 1,
      order: 'name',
      onControl: (given) => {
        control = given;
      },
      onEvent: (event) => {
        if (event.type === 'sent') sent.push(event.path);
        // Two are through: the rest goes by size.
        if (sent.length === 3) control?.reorder({ order: 'size', first: [] });
      },
    },
    { source },
  );
  await source.begun.promise;
  await source.listed.promise;
  source.letOn();
  await running;
  assert.deepEqual(sent, ['slow', 'a', 'b', 'd', 'c']);
});
