import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallDisk } from '../../../test/support/small-disk.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { ConfigurationError } from '../../errors.ts';
import { openDiskSink } from '../../stores/disk/sink.ts';
import { MemoryDisk, MemorySink } from '../../stores/memory/sink.ts';
import { systemError } from '../../stores/memory/system-error.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import type { ResumedEvent, WaitingEvent } from '../shared/events.ts';
import { openWhenRoom } from './open-when-room.ts';

function events() {
  const all: (WaitingEvent | ResumedEvent)[] = [];
  return { all, onEvent: (event: WaitingEvent | ResumedEvent) => all.push(event), to: '/data', pause: 1 };
}

test('A sink for which there is no room is opened when there is, and both are said once', async () => {
  const causes = [
    systemError('ENOSPC', 'mkdir'),
    systemError('EDQUOT', 'open'),
    Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 }),
  ];
  for (const cause of causes) {
    const { all, ...options } = events();
    const sink = new MemorySink(new MemoryDisk());
    let left = 3;
    const opened = await openWhenRoom(async () => {
      if (left-- > 0) throw new ConfigurationError('cannot write to the sink', { cause });
      return sink;
    }, options);
    assert.equal(opened, sink);
    assert.deepEqual(
      all.map(({ type, on }) => [type, on]),
      [
        ['waiting', 'disk'],
        ['resumed', 'disk'],
      ],
    );
    assert.ok(all[0]!.message.includes(cause.message));
  }
});

test('What is no lack of room is thrown at once, and whoever is stopped waits no longer', async () => {
  const { all, ...options } = events();
  const refused = new ConfigurationError('no', { cause: systemError('EACCES', 'mkdir') });
  await assert.rejects(
    openWhenRoom(() => Promise.reject(refused), options),
    refused,
  );
  assert.deepEqual(all, []);
  const stop = new AbortController();
  const full = () => Promise.reject(systemError('ENOSPC', 'mkdir'));
  const opening = openWhenRoom(full, { ...options, signal: stop.signal, pause: 60_000 });
  await waitFor(() => all[0]);
  stop.abort();
  await assert.rejects(opening, { name: 'AbortError' });
});

test('On a disk that is full, a folder that is there or not becomes a sink when there is room', async (t) => {
  const disk = await smallDisk(t, 1);
  if (disk === undefined) return t.diagnostic('nothing may be mounted here');
  const filler = join(disk.folder, 'filler');
  await assert.rejects(writeFile(filler, Buffer.alloc(2 * 1024 * 1024)), { code: 'ENOSPC' });
  const { all, ...options } = events();
  const opening = openWhenRoom(() => openDiskSink(join(disk.folder, 'in')), options);
  const waiting = await waitFor(() => all[0]);
  assert.match(waiting.message, /no room .* when there is room/);
  await rm(filler);
  const sink = await opening;
  await sink.check();
  await sink.close();
});

test('A sink whose store is away is opened when it answers', async () => {
  const { all, ...options } = events();
  const sink = new MemorySink(new MemoryDisk());
  let left = 2;
  await openWhenRoom(async () => {
    if (left-- > 0)
      throw new StoreFault('cannot write s3://b', { scope: 'sink', code: 'EAGAIN', retryAfter: 1 });
    return sink;
  }, options);
  assert.deepEqual(
    all.map(({ type, on }) => [type, on]),
    [
      ['waiting', 'sink'],
      ['resumed', 'sink'],
    ],
  );
  const refused = new StoreFault('cannot write s3://b', { scope: 'name', code: 'EACCES' });
  await assert.rejects(
    openWhenRoom(() => Promise.reject(refused), options),
    refused,
  );
});

test('Whoever is stopped does not wait for an opening that hangs, and what it opens later is closed', async () => {
  const { all, ...options } = events();
  const opened = Promise.withResolvers<MemorySink>();
  const stop = new AbortController();
  const opening = openWhenRoom(() => opened.promise, { ...options, signal: stop.signal });
  stop.abort();
  await assert.rejects(opening, { name: 'AbortError' });
  const { signal } = stop;
  await assert.rejects(
    openWhenRoom(() => opened.promise, { ...options, signal }),
    { name: 'AbortError' },
  );
  let closed = 0;
  const sink = new MemorySink(new MemoryDisk());
  sink.close = async () => void closed++;
  opened.resolve(sink);
  await waitFor(() => closed === 2);
  assert.deepEqual(all, []);
});
