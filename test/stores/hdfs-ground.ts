/** A folder of HDFS and a topic of a test's own, and the command line between them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { differences } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { RunningHdfs } from '../support/hdfs.ts';
import { type HttpFault, startHttpFaults } from '../support/http-faults.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

/** What becomes of a request: `op` is what WebHDFS calls it, `onData` whether it is a datanode's. */
export type HdfsJudge = (
  op: string,
  url: URL,
  onData: boolean,
  request: IncomingMessage,
) => HttpFault | undefined | Promise<HttpFault | undefined>;

export async function hdfsGround(t: TestContext, hdfs: RunningHdfs) {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('hdfs');
  const env = { ...hdfs.environment, SLUICE_BOOTSTRAP_SERVERS: bootstrapServers, SLUICE_TOPIC: topic };
  const local = await temporaryFolder(t);
  const folder = hdfs.folder();
  const place = (authority: string | number = hdfs.port): string =>
    `hdfs://${typeof authority === 'number' ? `127.0.0.1:${authority}` : authority}/${folder}`;
  const write = async (files: ReadonlyMap<string, Uint8Array>): Promise<void> => {
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(local, path)), { recursive: true });
      await writeFile(join(local, path), bytes);
    }
  };
  return {
    topic,
    bootstrapServers,
    env,
    folder,
    place,
    /** The namenode's port of somebody who judges each request, to datanodes too. */
    async through(judge: HdfsJudge, latency = 0) {
      const judged = (onData: boolean) => (request: IncomingMessage) => {
        const url = new URL(request.url ?? '', 'http://hdfs');
        return judge(url.searchParams.get('op') ?? '', url, onData, request);
      };
      const data = await startHttpFaults(t, { target: hdfs.dataPort, judge: judged(true), latency });
      const redirect = (location: string): string => location.replace(`:${hdfs.dataPort}/`, `:${data.port}/`);
      const name = await startHttpFaults(t, { target: hdfs.port, judge: judged(false), latency, redirect });
      return {
        port: name.port,
        get requests() {
          return name.requests + data.requests;
        },
        get faults() {
          return name.faults + data.faults;
        },
      };
    },
    write,
    /** Puts files below `in/`, and below the local folder. */
    async put(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
      await write(files);
      for (const [path, bytes] of files) await hdfs.write(`${folder}/in/${path}`, bytes);
    },
    async send(): Promise<void> {
      const args = ['upload', '--from', local, '--name', 'shop', '--once', '--min-age', '0'];
      const { code, stderr } = await runSluice(args, { env });
      assert.equal(code, 0, stderr);
    },
    fetch: (authority?: string | number, name = 'office') => [
      ...['download', '--to', `${place(authority)}/copies`, '--name', name, '--once'],
    ],
    take: (authority?: string | number) => [
      ...['upload', '--from', `${place(authority)}/in`, '--name', 'cloud', '--min-age', '0'],
    ],
    /** All that is in the local folder stands in HDFS, and nothing else does, nor any temporary file. */
    async stands(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
      const found = new Map<string, string>();
      const walk = async (below: string): Promise<void> => {
        for (const name of await hdfs.names(`${folder}/copies/shop/${below}`)) {
          if (name.endsWith('/')) await walk(below + name);
          else found.set(below + name, digestOf((await hdfs.read(`${folder}/copies/shop/${below}${name}`))!));
        }
      };
      await walk('');
      const expected = [...files].map(([path, bytes]) => [path, digestOf(bytes)] as const);
      assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected));
      for (const reader of await hdfs.names(`${folder}/copies/.sluice`))
        assert.deepEqual(await hdfs.names(`${folder}/copies/.sluice/${reader}parts`), []);
    },
    /** Fetches all of the topic; what `diff -r` and the downloader have to say, empty when all is well. */
    async faults(): Promise<string> {
      const sink = await temporaryFolder(t);
      const { code, stderr } = await runSluice(['download', '--to', sink, '--once'], { env });
      const ended = code === 0 ? '' : `the downloader ended with ${code}: ${stderr}`;
      return (await differences(local, join(sink, 'cloud'))) + ended;
    },
    local: (path: string) => readFile(join(local, path)),
  };
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function tree(sizes: readonly number[], names: readonly string[]): Map<string, Buffer> {
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
