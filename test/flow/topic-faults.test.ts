import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Kafka } from '../../src/kafka/contract.ts';
import { craftedChunk, craftedClose } from '../support/crafted.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { batchBytes, Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

// Most of these wait: for a second try, or for a disk.
describe('What happens to topics', { concurrency: true }, () => {
  test('Retention removed the first chunks: what is missing is named, and the position goes on', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('lost', noise(5000));
    await flow.up();
    flow.source.write('whole', noise(5000));
    await flow.up();
    const chunk = (await flow.records())[0]!.value!.length;
    flow.cluster.deleteRecords(flow.topic, 0, 2);
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [1, 1, 0, 0]);
    assert.deepEqual(Object.keys(flow.received()), ['whole']);
    const [failed] = flow.told('failed');
    assert.deepEqual([failed?.path, failed?.reason], ['lost', 'missing-data']);
    assert.match(failed?.message ?? '', new RegExp(`cannot be recovered.* 0\\.\\.${2 * chunk - 1} `));
    const again = await flow.down();
    assert.deepEqual([again.records, again.failed], [0, 0]);
  });

  test('Retention removed what a state made anew does not tell of: it is said that more may be lost', async () => {
    for (const isAnew of [false, true]) {
      const flow = new Flow({ partitions: 1 });
      flow.source.write('before', noise(2000));
      await flow.up();
      await flow.down();
      flow.source.write('lost', noise(2000));
      await flow.up();
      if (isAnew) flow.cluster.deleteTopic('files.state');
      if (isAnew) await flow.up({ name: 'other', include: ['nothing'] });
      flow.uploadEvents.length = 0;
      flow.cluster.deleteRecords(flow.topic, 0, (await flow.records()).at(-1)!.offset + 1);
      const down = await flow.down();
      const warnings = flow.told('warning').map(({ message }) => message);
      assert.deepEqual([down.failed, warnings.length, flow.told('lost').length], [1, 1, isAnew ? 1 : 0]);
      assert.equal(flow.told('failed').length, isAnew ? 0 : 1);
      if (isAnew)
        assert.match(
          flow.told('lost')[0]!.message,
          /files\.state does not tell of all.*more files may be lost/,
        );
    }
  });

  test('Retention removed what a downloader had not read: told, named, and what came of it is gone', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('half', noise(5000));
    flow.source.write('never seen', noise(2000));
    const stop = new AbortController();
    const source = faultySource(
      flow.source,
      once('read', () => stop.abort(), 2000),
    );
    await flow.up({ signal: stop.signal, parallel: 1, bufferBytes: 1024 }, { source });
    await flow.down();
    assert.equal(flow.disk.parts.size, 1);
    await flow.up({ parallel: 1 });
    const end = (await flow.records()).at(-1)!.offset + 1;
    flow.cluster.deleteRecords(flow.topic, 0, end);
    flow.source.write('after', noise(2000));
    await flow.up();
    const down = await flow.down();
    assert.deepEqual(Object.keys(flow.received()), ['after']);
    assert.match(flow.told('warning').at(-1)?.message ?? '', /removed by retention/);
    assert.deepEqual(
      flow
        .told('failed')
        .map(({ path, reason }) => [path, reason])
        .toSorted(),
      [
        ['half', 'missing-data'],
        ['never seen', 'missing-data'],
      ],
    );
    assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [2, 0, 0]);
    const quiet = await flow.down();
    assert.deepEqual([quiet.records, quiet.failed, flow.told('failed').length], [0, 0, 2]);
  });

  test('An uploader whose first chunks were removed while it was away sends the file anew', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', noise(5000));
    const stop = new AbortController();
    const source = faultySource(
      flow.source,
      once('read', () => stop.abort(), 2000),
    );
    await flow.up({ signal: stop.signal, bufferBytes: 1024 }, { source });
    flow.cluster.deleteRecords(flow.topic, 0, 1);
    await flow.up();
    assert.equal(flow.told('sent')[0]?.resumedFrom, 0);
    const down = await flow.down();
    assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [0, 0, 0]);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('Partitions added in the middle of a file: it completes, and the new ones are read', async () => {
    const flow = new Flow({ partitions: 2 });
    flow.source.write('a', noise(20_000));
    const stop = new AbortController();
    await flow.prepare(flow.cluster.client());
    const running = flow.down({ once: false, signal: stop.signal, commitInterval: 20 });
    const source = faultySource(
      flow.source,
      once('read', () => flow.cluster.addPartitions(flow.topic, 2), 10_000),
    );
    await flow.up({}, { source });
    for (let index = 0; index < 8; index++) flow.source.write(`later${index}`, noise(1500));
    await flow.up();
    const used = new Set((await flow.records()).map(({ partition }) => partition));
    assert.equal(used.size, 4);
    await waitFor(() => flow.told('received').length === 9);
    stop.abort();
    await running;
    assert.deepEqual(flow.received(), flow.sent());
    const again = await flow.down();
    assert.deepEqual([again.records, again.open, again.failed], [0, 0, 0]);
  });

  test('The limit lowered in the middle of a file: it is cut anew, under a new upload', async () => {
    for (const packBelow of [0, 500]) {
      const flow = new Flow({ maxMessageBytes: 4096, partitions: 2 });
      flow.source.write('large', noise(20_000));
      flow.source.write('small', noise(400));
      const source = faultySource(
        flow.source,
        once('read', () => flow.cluster.configure(flow.topic, { 'max.message.bytes': '1024' }), 10_000),
      );
      const up = await flow.up({ packBelow, bufferBytes: 4096 }, { source });
      assert.deepEqual([up.files, up.failed], [2, 0]);
      const down = await flow.down();
      assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [2, 0, 0, 0]);
      assert.equal(flow.told('aborted').length, 1);
      assert.deepEqual(flow.received(), flow.sent());
    }
  });

  test('A limit that may not be read is found by what Kafka refuses', async () => {
    const flow = new Flow({ maxMessageBytes: 4096 });
    flow.source.write('large', noise(20_000));
    flow.source.write('small', noise(400));
    const kafka = flow.cluster.client({ denied: ['describe-configs'] });
    const up = await flow.up({ packBelow: 500 }, { kafka });
    assert.deepEqual([up.files, up.failed], [2, 0]);
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A file whose name leaves no room in a record is told, and does not take the others with it', async () => {
    const limit = 2048;
    const flow = new Flow({ maxMessageBytes: limit });
    const long = Array.from({ length: 12 }, () => 'n'.repeat(240)).join('/');
    flow.source.write(long, noise(3000));
    for (let index = 0; index < 5; index++) flow.source.write(`good${index}`, noise(3000));
    const up = await flow.up();
    assert.deepEqual([up.files, up.failed], [5, 1]);
    const told = flow.told('not-sent').at(-1);
    assert.equal(told?.path, long);
    assert.match(told?.reason ?? '', /max\.message\.bytes/);
    const down = await flow.down();
    assert.deepEqual([down.files, down.open], [5, 0]);
    const chunks = (await flow.records()).filter(({ decoded }) => decoded?.kind === 'chunk');
    const full = chunks.filter(({ decoded, value }) => {
      return decoded?.kind === 'chunk' && decoded.offset + value!.length < decoded.size;
    });
    // The limit is what it was for the others.
    assert.ok(full.length > 0 && full.every((record) => batchBytes(record) === limit));
  });

  test('A name that fits beside a chunk and not beside a digest is told too', async () => {
    const flow = new Flow({ maxMessageBytes: 1024 });
    const folder = [250, 250, 200].map((length) => 'd'.repeat(length)).join('/');
    for (let length = 1; length <= 100; length++)
      flow.source.write(`${folder}/${'n'.repeat(length)}`, noise(10));
    flow.source.write('good', noise(3000));
    const up = await flow.up();
    assert.ok(up.failed > 0 && up.files > 1);
    assert.equal(up.files + up.failed, 101);
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed, flow.disk.parts.size, down.open], [up.files, 0, 0, 0]);
  });

  test('A topic made anew under a running downloader or uploader ends the run with an error that says so', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(3000));
    await flow.up();
    const running = flow.down({ once: false });
    await waitFor(() => flow.told('received').length === 1);
    // It may look in between, when there is no topic at all.
    const ended = assert.rejects(running, /deleted and created again|There is no topic files/);
    flow.cluster.deleteTopic(flow.topic);
    const kafka: Kafka = flow.cluster.client();
    await flow.prepare(kafka);
    await ended;
    await assert.rejects(flow.up(), /made anew.*--resend/);
    assert.equal((await flow.up({ resend: true })).files, 1);
    assert.equal((await flow.down({ reset: true })).failed, 0);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A topic made anew while positions of the old one stand is refused until --reset', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(3000));
    await flow.up();
    await flow.down();
    const kafka = flow.cluster.client();
    const group = `sluice-office-${flow.disk.id}`;
    const committed = await kafka.committed(group, flow.topic);
    flow.cluster.deleteTopic(flow.topic);
    await flow.prepare(kafka);
    await kafka.commit(group, flow.topic, committed);
    await assert.rejects(flow.down(), /made anew.*--reset/);
    assert.equal((await flow.down({ reset: true })).failed, 0);
    await flow.up({ resend: true });
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('While it watches: a closed file waits for bytes that may still come, and is told when they cannot', async () => {
    const flow = new Flow({ partitions: 2 });
    const late = { path: 'late', bytes: noise(1000) };
    const lost = { path: 'lost', bytes: noise(1000) };
    await flow.append([
      { partition: 0, record: craftedClose(late) },
      { partition: 0, record: craftedChunk(late, 0, 500) },
      { partition: 0, record: craftedChunk(lost, 0, 500) },
      { partition: 0, record: craftedClose(lost) },
      { partition: 1, record: craftedChunk(late, 500, 1000) },
    ]);
    const stop = new AbortController();
    const running = flow.down({ once: false, signal: stop.signal, commitInterval: 5 });
    await waitFor(() => flow.told('received').length > 0 && flow.told('failed').length > 0);
    stop.abort();
    const down = await running;
    assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [1, 1, 0, 0]);
    assert.match(flow.told('failed')[0]?.message ?? '', /500\.\.999/);
  });
});
