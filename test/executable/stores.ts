/** The clients of stores that the executable carries: `npm run test:executable`. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startAzure } from '../support/azure.ts';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/process.ts';
import { startS3 } from '../support/s3.ts';
import { uniqueTopic } from '../support/unique.ts';
import { programOf } from './targets.ts';

const program = programOf(`linux-${process.arch}`);
const bytes = Buffer.alloc(7_000_000, 'what goes to a store and comes back\n');

/** From a folder to the store, from there to another topic, and to a folder. */
async function goesRound(
  t: TestContext,
  place: string,
  env: Record<string, string | undefined>,
): Promise<void> {
  const { bootstrapServers } = await testBroker();
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'film.bin'), bytes);
  const out = join(folder, 'out');
  const [first, second] = [uniqueTopic(), uniqueTopic()];
  const run = async (...args: readonly string[]) => {
    const reach = ['--once', '--bootstrap-servers', bootstrapServers];
    const { code, stderr } = await runCommand(program, [...args, ...reach], { cwd: folder, env });
    assert.equal(code, 0, stderr);
  };
  await run('upload', '--from', folder, '--name', 'shop', '--min-age', '0', '--topic', first);
  await run('download', '--to', place, '--topic', first);
  await run('upload', '--from', `${place}/shop`, '--name', 'cloud', '--min-age', '0', '--topic', second);
  await run('download', '--to', out, '--topic', second);
  assert.ok(bytes.equals(await readFile(join(out, 'cloud', 'film.bin'))));
}

test('S3: a file goes there and comes back', async (t) => {
  const s3 = await startS3(t);
  await goesRound(t, `s3://${await s3.bucket()}/copies`, s3.environment);
});

test('Azure: a file goes there and comes back', async (t) => {
  const azure = await startAzure(t);
  const { containerName } = await azure.container();
  await goesRound(t, `azblob://${containerName}/copies`, azure.environment());
});
