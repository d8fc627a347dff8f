/** What `sluice list` says of versions that are not whole, not the newest, or not to be read; and which of them it lists. */
import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import type { ListedFile, ListOptions } from '../../src/files/shared/reading-options.ts';
import { craftedChunk, craftedClose } from '../support/crafted.ts';
import { encryptedFlow } from '../support/encrypted-flow.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { list } from '../support/look.ts';

/** A flow of one partition whose uploader was stopped in the middle of `half`. */
async function halfSent(size = 5000): Promise<Flow> {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('half', noise(size));
  const stop = new AbortController();
  const stopped = faultySource(
    flow.source,
    once('read', () => stop.abort(), size / 2),
  );
  await flow.up({ signal: stop.signal, bufferBytes: 1024 }, { source: stopped });
  return flow;
}

const shown = ({ path, state, missing }: ListedFile): string =>
  `${path} ${state}${missing === undefined ? '' : ` ${JSON.stringify(missing)}`}`;

async function states(flow: Flow, options: Partial<ListOptions> = {}): Promise<string[]> {
  return (await list(flow, options)).map(shown).toSorted();
}

describe('States of listed files', { concurrency: true }, () => {
  test('What is under way has the bytes that are there, and a rate, from the state and from the topic', async () => {
    const flow = await halfSent();
    const [known] = (await flow.records('files.state'))
      .filter(({ key }) => String(key) === 'shop/half')
      .slice(-1);
    const { acked } = JSON.parse(String(known?.value));
    const [fromState] = await list(flow);
    const [fromTopic] = await list(flow, { newestOnly: false });
    for (const file of [fromState, fromTopic]) {
      assert.equal(file?.state, 'sending');
      assert.ok(file.done !== undefined && file.done >= acked && file.done < 5000, String(file.done));
      assert.equal(file.missing, undefined);
    }
    assert.equal(fromState?.done, acked);
    await flow.up();
    const [whole] = await list(flow);
    assert.deepEqual([whole?.state, whole?.done, whole?.rate], ['complete', undefined, undefined]);
  });

  test('What has lost its beginning says which bytes are missing, and what is gone wholly says all', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('gone', noise(600));
    flow.source.write('empty', noise(0));
    await flow.up();
    flow.source.write('cut', noise(3000));
    await flow.up();
    flow.source.write('whole', noise(3000));
    await flow.up();
    const records = await flow.records();
    const ofCut = records.filter(({ decoded }) => decoded?.kind === 'chunk' && decoded.path === 'cut');
    const [first, second] = ofCut;
    assert.ok(first?.decoded?.kind === 'chunk' && second !== undefined);
    flow.cluster.deleteRecords(flow.topic, 0, second.offset);
    const lost = [first.decoded.offset, first.decoded.offset + first.decoded.bytes.length];
    const told = ['cut incomplete', 'empty incomplete', 'gone incomplete', 'whole complete'];
    const missing = [[lost], [], [[0, 600]]];
    const expected = told.map((line, index) =>
      missing[index] === undefined ? line : `${line} ${JSON.stringify(missing[index])}`,
    );
    assert.deepEqual(await states(flow), expected);
    // The topic alone knows nothing of what is gone wholly.
    assert.deepEqual(await states(flow, { newestOnly: false }), [expected[0], expected[3]]);
    assert.deepEqual(await states(flow, { state: ['incomplete'] }), expected.slice(0, 3));
  });

  test('Holes in the middle are named', async () => {
    const file = { path: 'a', bytes: noise(1000) };
    const flow = new Flow({ partitions: 1 });
    const records = [craftedChunk(file, 0, 200), craftedChunk(file, 400, 600), craftedClose(file)];
    await flow.append(records.map((record) => ({ partition: 0, record })));
    assert.deepEqual(await states(flow), ['a incomplete [[200,400],[600,1000]]']);
  });

  test('Older versions are superseded, those that were given up stay that, and each can be asked for', async () => {
    const flow = new Flow({ partitions: 1 });
    for (const size of [600, 700]) {
      flow.source.write('a', noise(size));
      await flow.up();
    }
    flow.source.write('restless', noise(3000));
    const changing = faultySource(flow.source, ({ method, name, position = 0 }) => {
      if (method === 'read' && position > 1000) flow.source.write(name, noise(3000));
    });
    await flow.up({ include: ['restless'] }, { source: changing });
    const all = await states(flow, { newestOnly: false });
    assert.deepEqual(new Set(all), new Set(['a complete', 'a superseded', 'restless aborted']));
    assert.deepEqual(await states(flow), ['a complete']);
    assert.deepEqual(await states(flow, { state: ['superseded'] }), ['a superseded']);
    assert.deepEqual(await states(flow, { state: ['aborted'] }), ['restless aborted']);
    assert.deepEqual(await states(flow, { state: ['complete', 'aborted'] }), [
      'a complete',
      'restless aborted',
    ]);
    assert.deepEqual(await states(flow, { state: ['locked'] }), []);
  });

  test('A new version that is under way is found beside the one that stands', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', noise(600));
    await flow.up();
    flow.source.write('a', noise(5000));
    const stop = new AbortController();
    const stopped = faultySource(
      flow.source,
      once('read', () => stop.abort(), 2000),
    );
    await flow.up({ signal: stop.signal, bufferBytes: 1024 }, { source: stopped });
    assert.deepEqual(await states(flow), ['a complete']);
    assert.deepEqual(await states(flow, { state: ['sending'] }), ['a sending']);
    assert.deepEqual(await states(flow, { state: ['sending', 'complete'] }), ['a complete', 'a sending']);
  });

  test('What no key at hand opens can be asked for', async (t) => {
    const { flow, anna } = await encryptedFlow(t);
    flow.source.write('clear', noise(600));
    await flow.up();
    flow.source.write('secret', noise(3000));
    await flow.up({ encryptTo: [anna.recipient] });
    assert.deepEqual(await states(flow, { state: ['locked'] }), ['secret complete']);
    assert.deepEqual(await states(flow, { state: ['locked'], include: ['clear'] }), []);
    assert.deepEqual(await states(flow, { state: ['locked'], identity: [anna.file] }), []);
    flow.source.write('hidden', noise(3000));
    await flow.up({ encryptTo: [anna.recipient], encryptNames: join(dirname(anna.file), 'names.key') });
    const [hidden, ...others] = await list(flow, { state: ['locked'], include: ['nothing'] });
    assert.match(hidden?.path ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(others, []);
  });

  test('Filters go by name, time and size, from the state and from the topic', async () => {
    const flow = new Flow({ partitions: 2 });
    flow.source.write('film/a.mp4', noise(3000));
    flow.source.write('film/b.jpg', noise(10));
    flow.source.write('c.jpg', noise(900));
    await flow.up();
    const paths = async (options: Partial<ListOptions>): Promise<string[]> => {
      const both = await Promise.all([list(flow, options), list(flow, { ...options, newestOnly: false })]);
      const [fromState, fromTopic] = both.map((files) => files.map(({ path }) => path).toSorted());
      assert.deepEqual(fromState, fromTopic);
      return fromState!;
    };
    assert.deepEqual(await paths({ include: ['*.jpg'] }), ['c.jpg', 'film/b.jpg']);
    assert.deepEqual(await paths({ include: ['*.jpg'], exclude: ['film/'] }), ['c.jpg']);
    assert.deepEqual(await paths({ exclude: ['film/**'] }), ['c.jpg']);
    assert.deepEqual(await paths({ larger: 900 }), ['c.jpg', 'film/a.mp4']);
    assert.deepEqual(await paths({ smaller: 900, larger: 11 }), ['c.jpg']);
    assert.deepEqual(await paths({ since: Date.now() + 60_000 }), []);
    assert.deepEqual((await paths({ since: Date.now() - 60_000, until: Date.now() + 60_000 })).length, 3);
    assert.deepEqual(await paths({ until: Date.now() - 60_000 }), []);
    assert.deepEqual(await paths({ uploader: 'nobody', larger: 1 }), []);
    await assert.rejects(list(flow, { include: [''] }), /empty glob/);
  });
});
