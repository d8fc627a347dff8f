import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiConnection } from '../api.ts';
import { ask } from '../api.ts';
import { apiVersionsV3 } from '../codecs.ts';
import { NetworkFailure } from './failures.ts';
import { askedRelease, levelOf, releaseOf } from './release.ts';

test('the level of metadata.version tells the release', () => {
  const release = (maxVersion: number) => releaseOf(levelOf([{ name: 'metadata.version', maxVersion }]));
  const releases = ['3.0', '3.5', '3.6', '3.7', '4.0', '4.3', 'later than 4.3'];
  assert.deepEqual([1, 11, 14, 19, 25, 30, 40].map(release), releases);
  assert.equal(releaseOf(levelOf([])), undefined);
});

test('A spoiled answer is no verdict on a broker that has been spoken with', async () => {
  const send: ApiConnection['send'] = (...request) => request[6](new RangeError('a length cannot be'));
  await assert.rejects(askedRelease(ask({ send }, apiVersionsV3.api, 'sluice', '1')), NetworkFailure);
});
