import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planDefaults } from '../../plan/facts.ts';
import { factsOf, type PlanSettings } from './facts.ts';

const none: PlanSettings = {
  ...{ downloaders: 1, members: 1, away: 86_400_000, topic: 'files', from: 'files' },
  ...{ renditions: 1, cached: false, servers: 1, rewind: 3_600_000, liveTopic: 'live' },
  ...{ line: 125e6, kafkaCluster: 'kafka' },
};

test('What is given goes before what was seen, and that before what is usual', () => {
  const files = {
    ...{ loads: [{ perDay: 100, averageSize: 1000 }], uploaders: 3, peak: 7, together: 2, remembered: 50 },
  };
  const of = (settings: PlanSettings, observed = {}): unknown[] => {
    const { uploaders, peak, together } = factsOf(settings, observed, 3).files!;
    return [uploaders, peak, together];
  };
  assert.deepEqual(of(none, { files }), [3, 7, 2]);
  assert.deepEqual(of({ ...none, uploaders: 300, peak: 4, together: 1 }, { files }), [300, 4, 1]);
  const { uploaders, peak, together } = planDefaults;
  assert.deepEqual(of({ ...none, filesPerDay: 1, averageSize: 1 }), [uploaders, peak, together]);
});
