/** Each judge can fail: with a fault that is planted, fuzzing finds it, tells its seed, and makes it small. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Sections } from '../../src/console/contract.ts';
import { modelOf } from '../../src/console/model/model.ts';
import { decodePart } from '../../src/kafka/consume/part.ts';
import { RtmpSession } from '../../src/live/ingest/rtmp/session.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { attend } from './attend.ts';
import { openConsoleModel } from './console/target.ts';
import { caseText, parseCase } from './corpus.ts';
import { faultsOf, fuzz } from './fuzz.ts';
import { openHttp } from './http/target.ts';
import { openAnswers } from './kafka/answers.ts';
import { openBatches } from './kafka/batches.ts';
import { good } from './live/hostile.ts';
import { openLive } from './live/target.ts';
import { minimise } from './minimise.ts';
import { openDownload } from './records/download.ts';
import * as healthy from './records/healthy.ts';
import { openState } from './records/state.ts';
import { stateTopic } from './records/state-drafts.ts';
import type { WrittenRecord } from './records/written.ts';
import { openRtmp } from './rtmp/target.ts';
import { openServe } from './serve/target.ts';
import { openSrt } from './srt/target.ts';
import { mostMemory, type Target } from './target.ts';

/** The faults that are found within a few cases. */
async function found(target: Target, count = target.short): Promise<string> {
  const { failure } = await fuzz(target, { seed: '1', count });
  await target.close();
  return failure?.faults.join('\n') ?? 'nothing';
}

type Publish = Awaited<ReturnType<typeof openDiskSink>>['publishWhole'];

/** A disk sink of which whole files are published in another way. */
function sinkWith(publishWhole: (place: string, publish: Publish) => Publish) {
  return async (place: string) => {
    const sink = await openDiskSink(place);
    const publish = sink.publishWhole.bind(sink);
    sink.publishWhole = publishWhole(place, publish);
    return sink;
  };
}

test('A file that is lost, one that is spoilt and one that is written elsewhere', async () => {
  const lost = sinkWith((_, publish) => async (bytes, target, ...more) => {
    if (!target.endsWith('/p1')) await publish(bytes, target, ...more);
  });
  assert.match(await found(await openDownload(lost), 500), /the healthy file p1 has not arrived/);
  const spoilt = sinkWith(
    (_, publish) =>
      (bytes, ...more) =>
        publish(
          bytes.map((byte) => byte ^ 1),
          ...more,
        ),
  );
  assert.match(
    await found(await openDownload(spoilt), 500),
    /healthy file p\/2 has other bytes[\s\S]*does not have its digest/,
  );
  const elsewhere = sinkWith((place, publish) => async (...all) => {
    writeFileSync(join(dirname(place), 'canary', 'out'), 'x');
    return publish(...all);
  });
  assert.match(await found(await openDownload(elsewhere), 500), /around the sink stands/);
});

test('A record that does harm, and one that is not refused', async () => {
  const target = await openDownload();
  const victim = healthy.records.begun[0]!;
  const closing: WrittenRecord = {
    ...victim,
    headers: victim.headers.map(
      ([name, value]) => [name, name === 'kind' ? Buffer.from('abort') : value] as const,
    ),
  };
  const aborting = { ...closing, headers: [...closing.headers, ['reason', Buffer.from('x')] as const] };
  assert.match((await target.judge([aborting])).join(), /the healthy file one has not arrived: .*aborted/);
  assert.match(
    (await target.judge([{ ...victim, must: 'be refused' }])).join(),
    /breaks a rule, and is not refused/,
  );
});

test('A forged memory of an uploader, and a forged stream', async () => {
  const state = await openState();
  const key = Buffer.from('real/a');
  const forged: WrittenRecord = { topic: stateTopic, partition: 0, key, headers: [], value: null };
  const everywhere = Array.from({ length: 8 }, (_, partition) => ({ ...forged, partition }));
  assert.match((await state.judge(everywhere)).join(), /list \(newestOnly true\) says of a/);
  const live = await openLive();
  const header = (name: string, value: string) => [name, Buffer.from(value)] as const;
  const numbers = ['sequence', 'media', 'ordinal', 'discontinuities'].map((name) => header(name, '9'));
  const headers = [
    header('sluice', '1'),
    header('kind', 'end'),
    header('stream', good),
    header('epoch', '99'),
    ...numbers,
  ];
  const end: WrittenRecord = {
    topic: 'live',
    partition: 0,
    key: Buffer.from(good),
    headers,
    value: Buffer.alloc(0),
  };
  assert.match((await live.judge([end, end])).join(), /good stream/);
});

test('A parser that does not see what Node sees', async () => {
  const blind = (bytes: Buffer) =>
    Buffer.from(bytes.toString('latin1').replace('Transfer-Encoding', 'Transfer-Encodinh'), 'latin1');
  assert.match(await found(await openHttp(blind)), /the fast path takes .* for .*, Node for /);
});

test('A decoder that loses a record, one that throws what it may not, and one that takes its time', async () => {
  const loses: typeof decodePart = async (...all) => {
    const decoded = await decodePart(...all);
    return { ...decoded, records: decoded.records.slice(1) };
  };
  assert.match(await found(await openBatches(loses)), /of the good batch came 1,2,3,4/);
  const throws = await openAnswers({ planted: (bytes) => bytes.readInt32BE(1000) });
  assert.match(
    (await throws.judge([{ reader: 'planted', bytes: Buffer.alloc(4) }])).join(),
    /planted throws RangeError/,
  );
});

test('A server that is at fault', async () => {
  const target = await openServe((streams) => ({
    archive: streams.archive,
    list: () => streams.list(),
    listen: (listener) => streams.listen(listener),
    live(name) {
      if (name === 'none') throw new Error('planted');
      return streams.live(name);
    },
  }));
  const pieces = [Buffer.from('GET /live/none/index.m3u8 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')];
  const faults = await target.judge([{ kind: 'request', pieces }]);
  await target.close();
  assert.match(faults.join(), /is answered with 500.*planted/s);
});

const toy = (judge: Target['judge']): Target => ({
  name: 'toy',
  unit: 'numbers',
  short: 10,
  limit: 200,
  memory: mostMemory,
  make: (random) => [random.below(100)],
  count: (items) => items.length,
  judge,
  close: async () => {},
});

test('What hangs, throws, or rejects without anybody to handle it', async () => {
  assert.deepEqual(
    await faultsOf(
      toy(async () => []),
      [1],
    ),
    [],
  );
  assert.deepEqual(
    await faultsOf(
      toy(() => new Promise(() => {})),
      [1],
    ),
    ['no end within 200 ms'],
  );
  assert.match(
    (
      await faultsOf(
        toy(() => Promise.reject(new Error('planted'))),
        [1],
      )
    ).join(),
    /planted/,
  );
});

test('What crashes, loops, or takes too much memory is seen from outside', async () => {
  const order = { target: 'answers', first: 0, count: 1, lasts: 1000 };
  const program = fileURLToPath(new URL('planted-child.ts', import.meta.url));
  for (const [seed, fault] of [
    ['crash', /the process ended with SIGABRT/],
    ['loop', /its loop stands still/],
    ['memory', /MB of memory/],
  ] as const) {
    const { failure } = await attend({ ...order, seed }, program, seed === 'loop' ? 500 : 20_000);
    assert.match(failure?.faults.join() ?? '', fault);
    assert.ok((failure?.items.length ?? 0) > 0);
  }
  assert.equal((await attend({ ...order, seed: 'well' }, program)).failure, undefined);
});

test('A seed gives the same case again, and of a failing case remains what it takes', async () => {
  const target = await openDownload();
  const again = () =>
    fuzz(
      { ...target, judge: async (items: readonly unknown[]) => [String(items.length)] },
      {
        seed: 'x',
        count: 1,
        first: 3,
      },
    );
  assert.deepEqual((await again()).failure, (await again()).failure);
  const items = Array.from({ length: 100 }, (_, index) => ({
    index,
    bytes: Buffer.from(`some ${index} and more`),
  }));
  const fails = async (left: readonly unknown[]) =>
    [17, 80].every((index) =>
      (left as typeof items).some((item) => item.index === index && item.bytes.includes('m')),
    );
  assert.deepEqual(await minimise(items, fails, 1000), [
    { index: 17, bytes: Buffer.from('m') },
    { index: 80, bytes: Buffer.from('m') },
  ]);
});

test('A case is a file and back', () => {
  const kept = {
    target: 'records',
    found: 'x',
    items: [{ bytes: Buffer.from([0, 255, 65]), text: '\u20ac', none: null }],
  };
  assert.deepEqual(parseCase(caseText(kept)), kept);
});

test('A sender whose pictures are lost, and what is refused by another error', async () => {
  class Losing extends RtmpSession {
    override *push(slice: Buffer) {
      for (const event of super.push(slice)) if (event.type !== 'media') yield event;
    }
  }
  assert.match(await found(await openRtmp(() => new Losing()), 100), /the healthy picture 0 has not come/);
  class Throwing extends RtmpSession {
    override *push(slice: Buffer) {
      yield* super.push(slice);
      throw new TypeError('planted');
    }
  }
  assert.match(await found(await openRtmp(() => new Throwing()), 100), /refused by TypeError: planted/);
});

test('A sender of SRT that is not received whole, and a stranger that gets more than it sent', async () => {
  const heard = (datagram: Buffer): Buffer => {
    const other = Buffer.from(datagram);
    if (other.length === 18) other[17] = 0;
    return other;
  };
  assert.match(await found(await openSrt({ heard }), 400), /the healthy sender was not received whole/);
  const said = (datagram: Buffer): Buffer => Buffer.concat([datagram, Buffer.alloc(20)]);
  assert.match(await found(await openSrt({ said }), 2000), /a stranger got \d+ bytes for \d+/);
});

test('A console that shows a healthy uploader as another, and one that tells what is no number', async () => {
  const modelWith =
    (change: (sections: Sections) => Sections): typeof modelOf =>
    (...asked) => {
      const model = modelOf(...asked);
      const sections = model.sections.bind(model);
      model.sections = () => change(sections());
      return model;
    };
  const others = modelWith((sections) => ({
    ...sections,
    uploaders: sections.uploaders.map((row) => ({ ...row, sentFiles: row.sentFiles + 1 })),
  }));
  assert.match(await found(await openConsoleModel(others), 150), /the healthy uploader is shown as/);
  const endless = modelWith((sections) => ({
    ...sections,
    streams: sections.streams.map((row) => ({ ...row, bitRate: Number.POSITIVE_INFINITY })),
  }));
  assert.match(await found(await openConsoleModel(endless), 150), /something that is no number is told/);
});
