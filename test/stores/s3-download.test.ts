/** Downloads into a bucket from end to end: spawned commands, a real Kafka, a real S3 server. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { makeBucket } from '../support/bucket.ts';
import { noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startHttpFaults } from '../support/http-faults.ts';
import { startS3 } from '../support/s3.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

const mebibyte = 1024 * 1024;

async function stage(t: TestContext) {
  const { bootstrapServers } = await testBroker();
  const s3 = await startS3(t);
  const bucket = await makeBucket(s3);
  const topic = uniqueTopic('bucket');
  const env = { ...s3.environment, SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic };
  const from = join(await temporaryFolder(t), 'from');
  await mkdir(from);
  const place = `s3://${bucket.name}/copies`;
  const upload = async (...more: string[]): Promise<void> => {
    const args = [
      'upload',
      ...more,
      '--from',
      from,
      '--name',
      'shop',
      '--once',
      '--min-age',
      '0',
      '--partitions',
      '3',
    ];
    const { code, stderr } = await runSluice(args, { env });
    assert.equal(code, 0, stderr);
  };
  const download = ['download', '--to', place, '--name', 'office', '--once'];
  return { s3, bucket, env, from, place, upload, download };
}

async function digestsOf(folder: string, paths: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of paths.toSorted())
    found[path] = createHash('sha256')
      .update(await readFile(join(folder, path)))
      .digest('hex');
  return found;
}

test('A tree of sizes about those of parts, and of odd names, stands in a bucket; read again, nothing is written', async (t) => {
  const { bucket, env, from, place, upload, download } = await stage(t);
  const sizes = [0, 1, 4000, 70_000, 5 * mebibyte - 1, 5 * mebibyte, 5 * mebibyte + 1, 23_000_000];
  const files = new Map(sizes.map((size) => [`sizes/${size}.bin`, noise(size)]));
  for (const name of ['größe €.txt', 'a b+c%20&?#.jpg', "it's (1).png", 'línea\nnueva'])
    files.set(`names/${name}`, noise(100));
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(from, path)), { recursive: true });
    await writeFile(join(from, path), bytes);
  }
  await upload();
  const first = await runSluice([...download, '--json'], { env });
  assert.equal(first.code, 0, first.stderr);
  const paths = [...files.keys()];
  assert.deepEqual(await bucket.digests('copies/shop/'), await digestsOf(from, paths));
  assert.deepEqual(await bucket.open(), []);
  for (const path of paths) {
    const said = await bucket.metadata(`copies/shop/${path}`);
    const { mtimeMs } = await stat(join(from, path));
    assert.ok(Math.abs(Number(said.mtime) * 1000 - mtimeMs) < 1, path);
    assert.match(said['sluice-digest'] ?? '', /^sha256:/);
  }
  const verify = ['verify', '--to', place];
  const right = await runSluice(verify, { env });
  assert.equal(right.code, 0, right.stderr);
  assert.match(right.stderr, new RegExp(`^${files.size} files right`));
  const again = await runSluice([...download, '--json', '--reset'], { env });
  assert.equal(again.code, 0, again.stderr);
  const summary = again.stdout.split('\n').findLast((line) => line.includes('"summary"'));
  const { files: written, unchanged } = JSON.parse(summary ?? '{}') as Record<string, number>;
  assert.deepEqual([written, unchanged], [0, files.size]);
});

test('Many large files at once go through a folder: each is fetched once, also over a kill, and nothing is left there', async (t) => {
  const { s3, bucket, env, from, upload, download } = await stage(t);
  const names = Array.from({ length: 12 }, (_, index) => `${index}.bin`);
  for (const name of names) await writeFile(join(from, name), noise(7_000_000));
  await upload('--parallel', '12');
  const spill = await temporaryFolder(t);
  // Nothing arrives at the store before the kill. A file that is whole keeps those behind it on its partition waiting.
  let isHeld = true;
  const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
  t.after(() => letGo(undefined));
  const judge = ({ url = '' }): Promise<undefined> | undefined =>
    isHeld && url.includes('/shop/') && url.includes('partNumber') ? held : undefined;
  const proxy = await startHttpFaults(t, { target: s3.port, judge });
  const through = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
  const args = [...download, '--spill', spill];
  const first = followSluice(args, { env: through });
  t.after(() => first.kill());
  await first.event(
    ({ type, bytesDone }) => type === 'progress' && Number(bytesDone) >= 7_000_000,
    'as much as a file had come',
  );
  await first.kill();
  isHeld = false;
  const last = await followSluice(args, { env }).ended;
  assert.equal(last.code, 0, last.stderr);
  assert.deepEqual(await bucket.digests('copies/shop/'), await digestsOf(from, names));
  assert.deepEqual(await bucket.open(), []);
  const [folder] = await readdir(spill);
  assert.deepEqual(await readdir(join(spill, folder!, '.sluice', 'parts')), []);
  const refused = await runSluice(['download', '--to', from, '--spill', spill, '--once'], { env });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--spill is for stores/);
});

test('A downloader that is killed inside a file leaves nothing to be seen, and the next run ends it', async (t) => {
  const { s3, bucket, env, from, upload, download } = await stage(t);
  const size = 60_000_000;
  const lastPart = 9;
  const bytes = noise(size);
  await writeFile(join(from, 'large.bin'), bytes);
  await upload();
  // The store takes no part behind the last of these, so that what is killed is not at its end yet.
  const proxy = await startHttpFaults(t, { target: s3.port, judge: (request) => holdsBack(request) });
  const through = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
  const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
  t.after(() => letGo(undefined));
  const holdsBack = ({ url = '' }: { url?: string | undefined }): Promise<undefined> | undefined => {
    const part = new URL(url, 'http://store').searchParams.get('partNumber');
    return Number(part) > lastPart ? held : undefined;
  };
  for (const share of [0.2, 0.6]) {
    const run = followSluice(download, { env: through });
    await run.event(
      ({ type, bytesDone }) => type === 'progress' && Number(bytesDone) >= share * size,
      `${share} of it had come`,
    );
    await run.kill();
    assert.equal(run.child.signalCode, 'SIGKILL');
    assert.deepEqual(await bucket.keys('copies/shop/'), []);
  }
  const last = await followSluice(download, { env }).ended;
  assert.equal(last.code, 0, last.stderr);
  assert.deepEqual(await bucket.digests('copies/shop/'), await digestsOf(from, ['large.bin']));
  assert.deepEqual(await bucket.open(), []);
});
