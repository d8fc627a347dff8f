import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figure } from '../../figures/figure.ts';
import { PublishFigures } from '../../live/publish/figures.ts';
import { PushFigures } from '../../live/push/figures.ts';
import { RecordFigures } from '../../live/record/figures.ts';
import { ExportFigures } from './figures.ts';

/** What a figure says now. */
async function read(figures: readonly Figure[], name: string): Promise<unknown> {
  return figures.find((figure) => figure.name === name)?.value();
}

test('A publisher tells its spool, its restarts and when Kafka took something last', async () => {
  const run = new PublishFigures('cam', 1000);
  assert.equal(run.unready(), 'it has not begun yet');
  const targets = { part: 0.2, segment: 2 };
  const place = { topic: 'live', partition: 0, epoch: 1, media: 0, renditions: ['main'], targets };
  run.see({ type: 'started', stream: 'cam', ...place });
  assert.equal(run.unready(), undefined);
  const progress = { type: 'progress', stream: 'cam', seconds: 1, epoch: 1, media: 0 } as const;
  const none = { ...progress, parts: 0, bytes: 0, bitrate: 0, spooled: 900, inFlight: 5 };
  run.see(none);
  const of = (name: string) => read(run.figures, `sluice_publish_${name}`);
  assert.equal(await of('last_success_timestamp_seconds'), undefined);
  run.see({ ...none, parts: 4, bytes: 40, delay: { p50: 10, p99: 30 } });
  run.see({ type: 'encoder-restarted', epoch: 2, after: 1, message: '' });
  run.see({ type: 'gap', epoch: 2, media: 3, duration: 2, message: '' });
  run.see({ type: 'waiting', on: 'kafka', message: 'no broker answers' });
  assert.equal(run.unready(), 'no broker answers');
  const names = ['parts_total', 'spooled_bytes', 'spool_limit_bytes', 'encoder_restarts_total', 'gaps_total'];
  assert.deepEqual(await Promise.all(names.map(of)), [4, 900, 1000, 1, 1]);
  assert.ok(Number(await of('last_success_timestamp_seconds')) > 1e9);
  assert.deepEqual(await of('acknowledged_seconds'), [
    [{ quantile: '0.5' }, 0.01],
    [{ quantile: '0.99' }, 0.03],
  ]);
});

test('Targets of a push go by their numbers', async () => {
  const run = new PushFigures('cam');
  const target = { target: 'rtmp://a/***', connections: 2, seconds: 1, dropped: 0 };
  run.see({ type: 'progress', targets: [{ ...target, isConnected: true, bytes: 7 }] });
  const of = (name: string) => read(run.figures, `sluice_push_${name}`);
  assert.deepEqual(await of('connected'), [[{ target: '1' }, 1]]);
  assert.deepEqual(await of('bytes_total'), [[{ target: '1' }, 7]]);
  assert.ok(Number(await of('last_success_timestamp_seconds')) > 1e9);
});

test('An export and a recording count what they have written', async () => {
  const out = new ExportFigures('cam');
  out.see({ type: 'waiting', on: 'source', message: 'the stream is awaited' });
  for (const media of [1, 2])
    out.see({ type: 'segment', epoch: 1, media, duration: 2, bytes: 10, delay: 0.5 });
  assert.deepEqual(
    await Promise.all(
      ['segments_total', 'bytes_total', 'delay_seconds'].map((name) =>
        read(out.figures, `sluice_export_${name}`),
      ),
    ),
    [2, 20, 0.5],
  );
  out.see({ type: 'resumed', on: 'source', message: 'it is there' });
  assert.partialDeepStrictEqual(await read(out.figures, 'sluice_export_waiting'), [
    [{ on: 'kafka' }, 0],
    [{ on: 'disk' }, 0],
    [{ on: 'source' }, 0],
  ]);
  const film = new RecordFigures('cam');
  film.see({ type: 'progress', segments: 3, seconds: 6, bytes: 30 });
  film.see({ type: 'gap', media: 3, duration: 2 });
  assert.deepEqual(
    await Promise.all(
      ['segments_total', 'bytes_total', 'gaps_total'].map((name) =>
        read(film.figures, `sluice_record_${name}`),
      ),
    ),
    [3, 30, 1],
  );
});
