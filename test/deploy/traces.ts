/** `npm run test:traces`: what docs/tracing.md says is done, by the package and the SDK as npm installs them; what comes over OTLP is one trace of a file. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openOtlpReceiver } from '../support/otlp-receiver.ts';
import { runCommand } from '../support/process.ts';
import { uniqueTopic } from '../support/unique.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const page = await readFile(join(project, 'docs/tracing.md'), 'utf8');
const [, commands = ''] = /```sh\n([^`]+)```/.exec(page) ?? [];

test('the commands of the page make one trace of a file, of an uploader and a downloader', async (t) => {
  const [folder, broker, receiver] = await Promise.all([
    temporaryFolder(t),
    testBroker(),
    openOtlpReceiver(t),
  ]);
  const packed = await runCommand('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: project,
  });
  assert.equal(packed.code, 0, packed.stderr);
  const [outbox, inbox] = [join(folder, 'outbox'), join(folder, 'inbox')];
  await Promise.all([mkdir(outbox), mkdir(inbox)]);
  await writeFile(join(outbox, 'small'), 'a');
  await writeFile(join(outbox, 'large'), Buffer.alloc(3_000_000, 'b'));
  const topic = uniqueTopic('traces');
  const common = `--bootstrap-servers ${broker.bootstrapServers} --once`;
  const changes: readonly (readonly [string, string])[] = [
    ['-g ./sluice-0.1.0.tgz ', `-g ${join(folder, packed.stdout.trim().split('\n').at(-1) ?? '')} `],
    ['http://collector:4318', receiver.url],
    ['OTEL_TRACES_SAMPLER_ARG=0.01', 'OTEL_TRACES_SAMPLER_ARG=1'],
    ['--topic files', `--topic ${topic} ${common} --name shop --min-age 0`],
  ];
  let script = commands;
  for (const [from, to] of changes) {
    assert.ok(script.includes(from), `the page has ${from}`);
    script = script.replace(from, to);
  }
  script += `OTEL_SERVICE_NAME=office sluice download --to inbox --topic ${topic} ${common}\n`;
  const live = `sluice live publish --stream cam --input test --segment-target 1s --size 160x90 --preset ultrafast --topic ${topic}-live`;
  // Until its traces are there: then it is told to end.
  script += `OTEL_BSP_SCHEDULE_DELAY=500 OTEL_SERVICE_NAME=studio ${live} --bootstrap-servers ${broker.bootstrapServers} & publisher=$!
until [ -e segment ]; do sleep 1; done
kill -INT $publisher; wait $publisher || true
`;
  const looks = setInterval(() => {
    if (receiver.spans.some(({ name }) => name === 'sluice segment'))
      void writeFile(join(folder, 'segment'), '');
  }, 200);
  t.after(() => clearInterval(looks));
  const done = await runCommand('sh', ['-ec', script], {
    cwd: folder,
    env: {
      npm_config_prefix: join(folder, 'global'),
      PATH: `${join(folder, 'global/bin')}:${process.env.PATH}`,
    },
  });
  assert.equal(done.code, 0, done.stderr + done.stdout);
  t.diagnostic(done.stderr);
  const segment = receiver.spans.find(({ name }) => name === 'sluice segment');
  assert.deepEqual(
    [segment?.service, segment?.attributes['sluice.stream'], segment?.parent],
    ['studio', 'cam', ''],
  );
  for (const path of ['large', 'small']) {
    const named = (name: string) =>
      receiver.spans.filter((span) => span.name === name && span.attributes['sluice.path'] === path);
    const [[up], [down]] = [named('sluice upload'), named('sluice download')];
    assert.ok(up !== undefined && down !== undefined, `${path}: ${receiver.spans.map(({ name }) => name)}`);
    assert.deepEqual([up.service, down.service, up.parent], ['till-17', 'office', '']);
    assert.deepEqual([down.trace, down.parent], [up.trace, up.id]);
    const below = (id: string) => receiver.spans.filter((span) => span.parent === id).map(({ name }) => name);
    assert.ok(below(up.id).includes('wait'), path);
    assert.ok(below(down.id).includes('rename'), path);
  }
});
