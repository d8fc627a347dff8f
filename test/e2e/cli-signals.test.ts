/** How a run ends that is cut short: in good order by the first signal, at once by the second. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand, startCommand } from '../support/process.ts';
import { startSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

async function watching(t: TestContext, topic: string) {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.txt'), 'one');
  const { bootstrapServers } = await testBroker();
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic };
  return startSluice(t, ['upload', '--from', folder, '--min-age', '0', '--json'], { env });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends a watching upload in good order with 130`, async (t) => {
    const { child, output, finished } = await watching(t, uniqueTopic());
    await waitFor(() => output.stdout.includes('"type":"sent"'), { what: 'the sent event' });
    child.kill(signal);
    const { code, stdout, stderr } = await finished;
    assert.equal(code, 130, stderr);
    const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    assert.deepEqual([summary.type, summary.files, summary.interrupted], ['summary', 1, true]);
    assert.match(stderr, new RegExp(`${signal}: finishing what is in flight`));
  });
}

test('a download that waits for more ends in good order as well', async (t) => {
  const topic = uniqueTopic();
  const sender = await watching(t, topic);
  await waitFor(() => sender.output.stdout.includes('"type":"sent"'), { what: 'the sent event' });
  const { bootstrapServers } = await testBroker();
  const env = { SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic };
  const { child, output, finished } = startSluice(
    t,
    ['download', '--to', await temporaryFolder(t), '--json'],
    { env },
  );
  await waitFor(() => output.stdout.includes('"type":"received"'), { what: 'the received event' });
  child.kill('SIGTERM');
  const { code, stdout } = await finished;
  assert.equal(code, 130);
  assert.match(stdout.trim().split('\n').at(-1) ?? '', /"type":"summary".*"interrupted":true/);
});

test('a second signal ends the process at once, whatever hangs', async (t) => {
  const signals = fileURLToPath(new URL('../../src/cli/signals.ts', import.meta.url));
  const hanging = `
    import { interruptible } from ${JSON.stringify(signals)};
    const { signal } = interruptible((text) => console.log(text));
    signal.addEventListener('abort', () => console.log('aborted'));
    setInterval(() => {}, 1000);
    console.log('ready');
  `;
  const { child, output, finished } = startCommand(
    process.execPath,
    ['--input-type=module', '-e', hanging],
    {},
    t,
  );
  await waitFor(() => output.stdout.includes('ready'));
  child.kill('SIGINT');
  await waitFor(() => output.stdout.includes('aborted'));
  assert.match(output.stdout, /press Ctrl-C again to stop at once/);
  child.kill('SIGINT');
  assert.equal((await finished).code, 130);
});

for (const [what, asks, isHeld] of [
  [
    'a resolver of names is silent',
    "import('node:dns').then(({ lookup }) => lookup('sluice-test-name', () => console.log('answered')))",
    false,
  ],
  [
    'a disk hangs, or a third',
    "import('node:fs').then(({ open }) => open(process.env.HOSTALIASES, () => console.log('answered')))",
    true,
  ],
] as const)
  test(`a second signal ends the process at once also while ${what}`, async (t) => {
    const signals = fileURLToPath(new URL('../../src/cli/signals.ts', import.meta.url));
    // The system reads aliases of names from there, too, and waits for somebody to write them.
    const silent = join(await temporaryFolder(t), 'aliases');
    assert.equal((await runCommand('mkfifo', [silent])).code, 0);
    const hanging = `
      import { interruptible } from ${JSON.stringify(signals)};
      const { signal } = interruptible(() => {});
      signal.addEventListener('abort', () => console.log('aborted'));
      process.on('exit', () => console.log('ends'));
      await ${asks};
      console.log('ready');
    `;
    const { child, output, finished } = startCommand(
      process.execPath,
      ['--input-type=module', '-e', hanging],
      { env: { HOSTALIASES: silent } },
      t,
    );
    await waitFor(() => output.stdout.includes('ready'));
    child.kill('SIGINT');
    await waitFor(() => output.stdout.includes('aborted'));
    child.kill('SIGTERM');
    if (isHeld) {
      await waitFor(() => output.stdout.includes('ends'));
      child.kill('SIGINT');
    }
    const { code, signal, stdout } = await finished;
    assert.deepEqual([code ?? signal, stdout.includes('answered')], ['SIGINT', false]);
  });
