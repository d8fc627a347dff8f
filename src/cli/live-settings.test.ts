import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../errors.ts';
import { LiveSettings } from './live-settings.ts';

interface Settings {
  readonly bandwidth?: string;
  readonly first?: readonly string[];
  readonly minAge: number;
}

const output = { json: false, quiet: false };
const begun = { settings: { bandwidth: '1M', minAge: 5 } as Settings, output, kafka: { 'client.id': 'a' } };

function live(now: () => Promise<typeof begun>): LiveSettings<Settings> {
  return new LiveSettings({ ...begun, reread: now, changeable: ['bandwidth', 'first'] });
}

test('what may change does, and what may not is named and stays', async () => {
  const settings = live(async () => ({
    settings: { first: ['*.jpg'], minAge: 9 },
    output: { ...output, logLevel: 'debug', json: true },
    kafka: { 'client.id': 'b' },
  }));
  const seen: Settings[] = [];
  settings.onChange = (now) => seen.push(now);
  assert.equal(
    await settings.reload(),
    'the configuration was read anew; changed: --bandwidth, --first, --log-level; only with the next start: --min-age, --json, client.id',
  );
  assert.deepEqual(settings.settings, { bandwidth: undefined, first: ['*.jpg'], minAge: 5 });
  assert.deepEqual(seen, [settings.settings]);
  assert.deepEqual(settings.output, { ...output, logLevel: 'debug' });
});

test('what has not changed is nothing to tell of, and each time is compared with what is', async () => {
  let bandwidth = '1M';
  const settings = live(async () => ({ ...begun, settings: { ...begun.settings, bandwidth } }));
  assert.equal(await settings.reload(), 'the configuration was read anew; nothing has changed');
  bandwidth = '2M';
  assert.match(await settings.reload(), /changed: --bandwidth/);
  assert.match(await settings.reload(), /nothing has changed/);
});

test('a configuration that cannot be used changes nothing', async () => {
  const settings = live(() => Promise.reject(new ConfigurationError('sluice.topick is no setting')));
  assert.equal(
    await settings.reload(),
    'the configuration cannot be used, and all stays as it is: sluice.topick is no setting',
  );
  assert.equal(settings.settings, begun.settings);
});
