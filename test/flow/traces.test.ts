/** Traces by the real SDK of OpenTelemetry: a file is one trace, from being found at its uploader until it has its name at a downloader. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DiagLogger, diag, type HrTime, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { fileReceived } from '../../src/tracing/of-files.ts';
import { segmentThrough } from '../../src/tracing/of-segments.ts';
import { Flow, noise } from '../support/flow.ts';
import { headerText } from '../support/records.ts';

const exporter = new InMemorySpanExporter();
let sampler: AlwaysOnSampler | AlwaysOffSampler = new AlwaysOnSampler();
const spans = () => exporter.getFinishedSpans();
const named = (path: string, name: string) =>
  spans().find((span) => span.name === name && span.attributes['sluice.path'] === path);
const below = (id: string | undefined) =>
  spans()
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === id)
    .map(({ name }) => name)
    .sort();

function files(): Flow {
  const flow = new Flow();
  flow.source.write('large', noise(3000));
  flow.source.write('small', noise(100));
  return flow;
}

test('nobody keeps traces: no record says one', async () => {
  const flow = files();
  await flow.up({ packBelow: 500 });
  await flow.down();
  for (const record of await flow.records()) {
    assert.equal(headerText(record, 'traceparent'), undefined);
    assert.doesNotMatch(Buffer.from(record.value ?? '').toString('latin1'), /traceparent/);
  }
});

test('a large file and one in a pack are a trace each, over both ends', async () => {
  trace.setGlobalTracerProvider(
    new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
      sampler: { shouldSample: () => sampler.shouldSample(), toString: () => 'as told' },
    }),
  );
  const flow = files();
  await flow.up({ packBelow: 500 });
  await flow.down();
  for (const path of ['large', 'small']) {
    const [up, down] = [named(path, 'sluice upload'), named(path, 'sluice download')];
    assert.ok(up !== undefined && down !== undefined, path);
    assert.equal(up.parentSpanContext, undefined);
    assert.equal(down.parentSpanContext?.spanId, up.spanContext().spanId);
    assert.equal(down.spanContext().traceId, up.spanContext().traceId);
    assert.ok(below(up.spanContext().spanId).includes('wait'), path);
    assert.ok(below(down.spanContext().spanId).includes('rename'), path);
    assert.ok(below(down.spanContext().spanId).includes('verify'), path);
  }
  assert.deepEqual(below(named('large', 'sluice upload')?.spanContext().spanId), [
    'close',
    'read, hash and produce',
    'sluice download',
    'wait',
  ]);
  assert.deepEqual(below(named('small', 'sluice upload')?.spanContext().spanId), [
    'produce',
    'read and hash',
    'sluice download',
    'wait',
  ]);
});

test('a segment is a trace from its first picture until its entry of the index is acknowledged', () => {
  exporter.reset();
  const captured = 1_800_000_000_000_000;
  const segment = { stream: 'cam', epoch: 3, media: 7, captured, duration: 2000, timescale: 1000, parts: 4 };
  segmentThrough('live', { ...segment, sizes: { main: 10, low: 5 } }, captured / 1000 + 2300);
  const root = spans().find(({ name }) => name === 'sluice segment');
  assert.deepEqual(
    [root?.attributes['sluice.stream'], root?.attributes['sluice.segment'], root?.attributes['sluice.size']],
    ['cam', 7, 15],
  );
  assert.deepEqual(below(root?.spanContext().spanId), ['index', 'produce', 'record']);
  const [seconds, nanoseconds] = spans().find(({ name }) => name === 'produce')?.endTime ?? [];
  assert.deepEqual([seconds, nanoseconds], [1_800_000_002, 300_000_000]);
});

test('no span ends before it begins, nor before what is in it: encoders are ahead of the clock, and clocks are set back', (t) => {
  exporter.reset();
  const warned: string[] = [];
  diag.setLogger({ warn: (words: string) => warned.push(words) } as unknown as DiagLogger);
  t.after(() => diag.disable());
  const now = Date.now();
  const captured = (now + 3_600_000) * 1000;
  const segment = { stream: 'cam', epoch: 3, media: 7, captured, duration: 2000, timescale: 1000, parts: 4 };
  segmentThrough('live', { ...segment, sizes: { main: 10 } }, now);
  fileReceived({ uploader: 'shop', path: 'a', upload: '1' }, { size: 1 }, 'files', now + 60_000)?.end();
  assert.deepEqual(warned, []);
  const milliseconds = ([seconds, nanoseconds]: HrTime): number => seconds * 1000 + nanoseconds / 1e6;
  for (const root of spans().filter(({ name }) => name.startsWith('sluice')))
    for (const span of spans())
      if (span.parentSpanContext?.spanId === root.spanContext().spanId)
        assert.ok(milliseconds(span.endTime) <= milliseconds(root.endTime), `${root.name}: ${span.name}`);
});

test('what the sampler does not keep is not said, and what is no trace harms nothing', async () => {
  exporter.reset();
  sampler = new AlwaysOffSampler();
  const flow = files();
  await flow.up({ packBelow: 500 });
  await flow.down();
  assert.equal(spans().length, 0);
  for (const record of await flow.records()) assert.equal(headerText(record, 'traceparent'), undefined);
});
