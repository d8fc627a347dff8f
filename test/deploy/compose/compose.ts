/** `npm run test:compose`: the Compose file, by the library that Docker Compose reads it by; our own words by our own parser. */
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { runCommand } from '../../support/process.ts';
import { understood } from '../chart/words.ts';
import { composeFolder, composeServices } from './project.ts';

const services = await composeServices();
const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('sluice:'));

test('all of it is there, and restrained', () => {
  assert.deepEqual(Object.keys(services).sort(), [
    ...['console', 'download', 'grafana', 'ingest', 'kafka', 'prometheus', 'serve', 'upload'],
  ]);
  for (const [name, service] of Object.entries(services)) {
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.equal(service.privileged ?? false, false, name);
    // Kafka's own image writes its configuration at each start.
    if (name !== 'kafka') assert.equal(service.read_only, true, name);
    assert.equal(service.healthcheck.test[0], 'CMD', name);
    assert.equal(service.restart, 'unless-stopped', name);
  }
});

test('each of our commands is understood, opens what is published, and waits for Kafka', () => {
  assert.equal(ours.length, 5);
  for (const [
    name,
    { command, environment = {}, ports = [], volumes = [], secrets = [], depends_on },
  ] of ours) {
    const { verb, settings, kafka } = understood(command ?? [], environment);
    assert.equal(verb, name);
    assert.equal(kafka['bootstrap.servers'], 'kafka:9092');
    assert.deepEqual([settings.metricsPort, settings.metricsHost], [9464, '0.0.0.0']);
    const opened = [settings.port, settings.rtmpPort, settings.srtPort].filter((port) => port !== undefined);
    assert.deepEqual(ports.map(({ target }) => target).sort(), opened.sort(), name);
    assert.equal(depends_on?.kafka?.condition, 'service_healthy');
    const folders = [settings.from, settings.to, settings.spoolFolder]
      .flat()
      .filter((place) => typeof place === 'string');
    for (const place of folders)
      assert.ok(
        volumes.some(({ target }) => `${place}/`.startsWith(`${target}/`)),
        `${name}: nothing is mounted at ${place}`,
      );
    if (settings.consoleKey !== undefined)
      assert.deepEqual(
        secrets.map(({ source, target = `/run/secrets/${source}` }) => target),
        [settings.consoleKey],
      );
  }
});

test('Prometheus asks each of them, by names that the alerts know', async () => {
  const file = join(composeFolder, 'prometheus.yml');
  const { code, stderr } = await runCommand('promtool', ['check', 'config', '--syntax-only', file]);
  assert.equal(code, 0, stderr);
  const { scrape_configs } = parse(await readFile(file, 'utf8')) as {
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly static_configs: readonly [{ readonly targets: readonly [string] }];
    }[];
  };
  const asked = scrape_configs.map(({ job_name, static_configs }) => [
    job_name,
    static_configs[0].targets[0],
  ]);
  assert.deepEqual(asked.sort(), ours.map(([name]) => [`sluice-${name}`, `${name}:9464`]).sort());
  for (const [name, { networks }] of ours) assert.ok('figures' in networks, name);
});

test('what Prometheus is given is in the repository', async () => {
  const given = services.prometheus?.volumes?.filter(({ type }) => type === 'bind') ?? [];
  assert.equal(given.length, 2);
  for (const { source } of given) assert.ok((await stat(source)).isFile(), source);
});
