/** A container and a topic of a test's own, and the command line between them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { blobDigests, type RunningAzure } from '../support/azure.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { differences } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type HttpFaultOptions, startHttpFaults } from '../support/http-faults.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

/** A container, a topic, a folder, and the command line between them. */
export async function azureGround(t: TestContext, server: RunningAzure) {
  const { bootstrapServers } = await testBroker();
  const container = await server.container();
  const topic = uniqueTopic('azure');
  const env = { ...server.environment(), SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic };
  const folder = await temporaryFolder(t);
  const place = `azblob://${container.containerName}`;
  /** Writes files below the folder. */
  const write = async (files: ReadonlyMap<string, Uint8Array>): Promise<void> => {
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
  };
  return {
    container,
    topic,
    bootstrapServers,
    env,
    /** The environment of whoever reaches the server through somebody that judges each request. */
    async through(judge: HttpFaultOptions['judge'], latency = 0) {
      const proxy = await startHttpFaults(t, { target: server.port, judge, latency });
      return { proxy, env: { ...env, ...server.environment(proxy.port) } };
    },
    write,
    /** Puts blobs below `in/`, and the same files below the folder. */
    async put(files: ReadonlyMap<string, Uint8Array>) {
      await write(files);
      for (const [path, bytes] of files)
        await container.getBlockBlobClient(`in/${path}`).uploadData(Buffer.from(bytes));
    },
    async send(): Promise<void> {
      const args = [
        'upload',
        '--from',
        folder,
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
    },
    fetch: (name = 'office') => ['download', '--to', `${place}/copies`, '--name', name, '--once'],
    take: ['upload', '--from', `${place}/in`, '--name', 'cloud'],
    /** What stands in the container is what is in the folder. */
    async stands(): Promise<void> {
      const found = await blobDigests(container, 'copies/shop/');
      const expected: Record<string, string> = {};
      for (const path of Object.keys(found)) expected[path] = await digestOf(join(folder, path));
      assert.deepEqual(found, expected);
    },
    /** Fetches all of the topic; what `diff -r` and the downloader have to say, empty when all is well. */
    async faults(): Promise<string> {
      const sink = await temporaryFolder(t);
      const { code, stderr } = await runSluice(['download', '--to', sink, '--once'], { env });
      const ended = code === 0 ? '' : `the downloader ended with ${code}: ${stderr}`;
      return (await differences(folder, join(sink, 'cloud'))) + ended;
    },
    pathOf: (path: string) => join(folder, path),
  };
}

async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

export function tree(sizes: readonly number[], names: readonly string[]): ReadonlyMap<string, Buffer> {
  const files = new Map(sizes.map((size) => [`sizes/${size}.bin`, noise(size)]));
  for (const name of names) files.set(`names/${name}`, noise(100));
  return files;
}

/** A promise that is never kept before the test ends: what waits for it is held. */
export function held(t: TestContext): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  t.after(() => resolve(undefined));
  return promise;
}
