import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../../errors.ts';
import { Plans } from './plans.ts';

const copied = { videoCodec: 'copy', audioCodec: 'copy' } as const;

test('FFmpeg opens the pipe and nothing else, by a demuxer that is named', async () => {
  for (const container of ['flv', 'mpegts', 'matroska', 'nut'] as const) {
    const { args } = await new Plans(copied, 'ffmpeg').of(container);
    assert.match(args.join(' '), new RegExp(` -protocol_whitelist pipe -f ${container} -i pipe:0 `));
  }
});

test('Sound that is copied from a transport stream loses its heads, unless it was found to have none', async () => {
  const plans = new Plans(copied, 'ffmpeg');
  const bare = async (...of: Parameters<Plans['of']>) =>
    / -c:a:1 copy -bsf:a:1 aac_adtstoasc /.test((await plans.of(...of)).args.join(' '));
  const found = [await bare('mpegts'), await bare('mpegts', { isNoAac: true }), await bare('flv')];
  assert.deepEqual(found, [true, false, false]);
  assert.doesNotMatch((await new Plans({}, 'ffmpeg').of('mpegts')).args.join(' '), /adts/);
});

test('Parts of a copied picture last whole milliseconds, as senders tell times', async () => {
  const { targets } = await new Plans({ ...copied, rate: 30 }, 'ffmpeg').of('flv');
  assert.deepEqual(targets, { part: 167_000, segment: 2_000_000 });
});

test('What contradicts itself is refused, and one plan is made for all', async () => {
  const renditions = [{ name: 'a' }, { name: 'b' }];
  await assert.rejects(new Plans({ ...copied, renditions }, 'ffmpeg').of('flv'), ConfigurationError);
  const plans = new Plans(copied, 'ffmpeg');
  assert.equal(await plans.of('flv'), await plans.of('flv'));
});
