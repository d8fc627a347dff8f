import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlayFigures } from './figures.ts';

test('Who plays is told of by what is handed on, of cuts and of gaps', async () => {
  const run = new PlayFigures('cam');
  const of = (name: string) => run.figures.find((one) => one.name === `sluice_play_${name}`)?.value();
  assert.equal(run.unready(), undefined);
  assert.equal(await of('last_success_timestamp_seconds'), undefined);
  run.see({ type: 'waiting', on: 'kafka', message: 'no broker answers' });
  assert.equal(run.unready(), 'no broker answers');
  run.see({ type: 'resumed', on: 'kafka', message: '' });
  run.see({ type: 'cut', epoch: 2, media: 1, changed: false, message: '' });
  run.see({ type: 'gap', media: 2, duration: 2 });
  run.hand(10);
  run.hand(5);
  const names = ['bytes_total', 'cuts_total', 'gaps_total'];
  assert.deepEqual(await Promise.all(names.map(of)), [15, 1, 1]);
  assert.ok(Number(await of('last_success_timestamp_seconds')) > 1e9);
});
