import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HashThread } from '../../src/files/hashing/thread.ts';
import { hashThreads } from '../../src/files/hashing/threads.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';

// Whatever machine this is.
hashThreads.most = 2;

/** Large enough to be hashed by a thread. */
const large = 6 * 1024 * 1024;

/** How many hashers were begun in threads since, and how many of them are at work. */
function watchedHashers(t: TestContext): { begun(): number; working(): number } {
  const threads = new Set<HashThread>();
  const { hasher } = HashThread.prototype;
  const begin = t.mock.method(
    HashThread.prototype,
    'hasher',
    function (this: HashThread, ...args: Parameters<typeof hasher>) {
      threads.add(this);
      return hasher.apply(this, args);
    },
  );
  return {
    begun: () => begin.mock.callCount(),
    working: () => [...threads].reduce((sum, thread) => sum + thread.hashers, 0),
  };
}

test('A file that cannot be opened to be compared leaves no hasher behind', async (t) => {
  const flow = new Flow({ maxMessageBytes: 1024 * 1024 });
  flow.source.write('a', noise(large));
  await flow.up();
  flow.source.touchInode('a');
  const hashers = watchedHashers(t);
  const fail = (): void => {
    throw systemError('EACCES', 'as the test wants it');
  };
  await flow.up({}, { source: faultySource(flow.source, once('open', fail)) });
  assert.equal(flow.told('not-sent').length, 1);
  assert.deepEqual([hashers.begun(), hashers.working()], [1, 0]);
});

test('Uploads that are open when a downloader ends leave no hashers behind', async (t) => {
  const flow = new Flow({ maxMessageBytes: 1024 * 1024 });
  flow.source.write('a', noise(large));
  const stop = new AbortController();
  const source = faultySource(
    flow.source,
    once('read', () => stop.abort(), large / 2),
  );
  await flow.up({ signal: stop.signal }, { source });
  const hashers = watchedHashers(t);
  assert.equal((await flow.down()).open, 1);
  assert.deepEqual([hashers.begun(), hashers.working()], [1, 0]);
});
