/** A real HDFS of a test's own, one namenode and one datanode, and the hands of whoever works in it. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { startProcess } from '../../src/broker/jvm.ts';
import { freePort } from '../../src/broker/ports.ts';
import { copyEmpty, datanode, ensureHadoop, hadoopCommand, namenode, writeSettings } from './hadoop.ts';
import type { Owner } from './owner.ts';
import { uniqueName } from './unique.ts';
import { waitFor } from './wait.ts';

export interface HdfsAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** One of the two processes. */
export interface HdfsProcess {
  /** Ends it as a power cut does; what it wrote stays. */
  kill(): Promise<void>;
  /** Starts it again on what it left, at the same port. */
  revive(): Promise<void>;
}

export interface RunningHdfs {
  /** Of the namenode's pages; of Hadoop's own protocol; of the datanode's pages. */
  readonly port: number;
  readonly rpcPort: number;
  readonly dataPort: number;
  readonly namenode: HdfsProcess;
  readonly datanode: HdfsProcess;
  /** What a process needs to be its owner there. */
  readonly environment: Readonly<Record<string, string>>;
  /** Settings for Hadoop's own commands. */
  readonly conf: string;
  /** A path that nobody else uses, without a slash before it; nothing stands there yet. */
  folder(): string;
  /** A request of WebHDFS by the tests' own hand; redirections are followed with the body. */
  ask(
    method: string,
    path: string,
    parameters: Readonly<Record<string, string>>,
    body?: Uint8Array | string,
  ): Promise<HdfsAnswer>;
  /** Writes a file in one go, over whatever stands there. */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** A file that is being written, as long as it has not ended. */
  writing(path: string): { write(bytes: Uint8Array): Promise<void>; end(): Promise<void> };
  /** Undefined when there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** Names in a folder, of folders with a slash; none of one that is not there. */
  names(path: string): Promise<string[]>;
}

/** Fetches what {@link startHdfs} needs, and says so: it takes longer than a test may. */
export async function prepareHdfs(say: (text: string) => void): Promise<void> {
  await ensureHadoop(say);
}

/** Starts a cluster of the owner's own; it ends with its owner, and with our process at the latest. `settings` are by Hadoop's names. */
export async function startHdfs(
  owner: Owner,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningHdfs> {
  const hadoop = await ensureHadoop();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-hdfs-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const taken = new Set<number>();
  const ports: number[] = [];
  for (let left = 5; left > 0; left--) {
    const port = await freePort('127.0.0.1', taken);
    taken.add(port);
    ports.push(port);
  }
  const [port, rpcPort, dataPort, transferPort, ipcPort] = ports as [number, number, number, number, number];
  const conf = join(folder, 'conf');
  await writeSettings(conf, {
    'fs.defaultFS': `hdfs://127.0.0.1:${rpcPort}`,
    'hadoop.tmp.dir': join(folder, 'tmp'),
    'dfs.namenode.name.dir': `file://${folder}/name`,
    'dfs.datanode.data.dir': `file://${folder}/data`,
    'dfs.namenode.http-address': `127.0.0.1:${port}`,
    'dfs.datanode.hostname': '127.0.0.1',
    'dfs.datanode.address': `127.0.0.1:${transferPort}`,
    'dfs.datanode.http.address': `127.0.0.1:${dataPort}`,
    'dfs.datanode.ipc.address': `127.0.0.1:${ipcPort}`,
    'dfs.replication': '1',
    'dfs.namenode.safemode.extension': '0',
    // A datanode that comes back is to be asked at once.
    'dfs.heartbeat.interval': '1',
    'dfs.namenode.heartbeat.recheck-interval': '1000',
    // Whoever closes a file asks the namenode again until datanodes have told it of the last block; by default 0.4 s later.
    'dfs.client.block.write.locateFollowingBlock.initial.delay.ms': '20',
    'dfs.client.block.write.replace-datanode-on-failure.policy': 'NEVER',
    ...settings,
  });
  await copyEmpty(hadoop, join(folder, 'name'));
  await mkdir(join(folder, 'data'), { mode: 0o700 });
  const user = userInfo().username;
  const ask = (
    method: string,
    path: string,
    parameters: Readonly<Record<string, string>>,
    body: Uint8Array | string = '',
  ): Promise<HdfsAnswer> => {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const query = new URLSearchParams({ 'user.name': user, ...parameters });
    return send(method, new URL(`http://127.0.0.1:${port}/webhdfs/v1/${encoded}?${query}`), body);
  };
  const process = async (
    name: string,
    mainClass: string,
  ): Promise<HdfsProcess & { isGone(): boolean; log: string }> => {
    const command = await hadoopCommand(hadoop, conf, [mainClass]);
    const log = `${folder}-${name}.log`;
    owner.after(() => rm(log, { force: true }));
    const begin = () => {
      const child = startProcess(command, log, { boundTo: 'parent', removeFolder: folder });
      const running = { child, isGone: false, gone: Promise.resolve() };
      running.gone = new Promise((resolve) => {
        child.once('exit', () => {
          running.isGone = true;
          resolve();
        });
      });
      return running;
    };
    let running = begin();
    const kill = async (): Promise<void> => {
      // Nothing else may keep our process waiting for its end.
      running.child.ref();
      running.child.kill('SIGKILL');
      await running.gone;
    };
    owner.after(kill);
    return {
      log,
      isGone: () => running.isGone,
      kill,
      async revive() {
        running = begin();
        await answers();
      },
    };
  };
  const both = await Promise.all([process('namenode', namenode), process('datanode', datanode)]);
  const answers = async (): Promise<void> => {
    const bean = async <T>(at: number, name: string): Promise<T | undefined> => {
      const { body } = await send(
        'GET',
        new URL(`http://127.0.0.1:${at}/jmx?qry=Hadoop:service=${name}`),
        '',
      );
      return (JSON.parse(String(body)) as { beans: T[] }).beans[0];
    };
    const answer = async (): Promise<boolean> => {
      for (const { log, isGone } of both)
        if (isGone()) throw new Error(await readFile(log, 'utf8').catch(String));
      const state = await bean<{ FSState: string; NumLiveDataNodes: number }>(
        port,
        'NameNode,name=FSNamesystemState',
      );
      const info = await bean<{ BPServiceActorInfo: string }>(dataPort, 'DataNode,name=DataNodeInfo');
      return (
        state?.FSState === 'Operational' &&
        state.NumLiveDataNodes === 1 &&
        /"ActorState":"RUNNING"/.test(info?.BPServiceActorInfo ?? '')
      );
    };
    await waitFor(answer, { what: 'an answer of HDFS', timeout: 60_000 });
  };
  await answers();
  return {
    ...{ port, rpcPort, dataPort, conf },
    namenode: both[0],
    datanode: both[1],
    environment: { HADOOP_USER_NAME: user },
    folder: () => uniqueName('folder'),
    ask,
    async write(path, bytes) {
      const answer = await ask('PUT', path, { op: 'CREATE', overwrite: 'true' }, bytes);
      if (answer.status !== 201)
        throw new Error(`HDFS does not take ${path}: ${answer.status} ${answer.body}`);
    },
    writing(path) {
      const open = ask('PUT', path, { op: 'CREATE', overwrite: 'true', noredirect: 'true' }).then(
        ({ body }) => {
          const { Location } = JSON.parse(String(body)) as { Location: string };
          const request = httpRequest(Location, { method: 'PUT', agent: false });
          const answered = new Promise<IncomingMessage>((resolve, reject) => {
            request.on('response', resolve).on('error', reject);
          });
          return { request, answered };
        },
      );
      return {
        async write(bytes) {
          const { request } = await open;
          await new Promise<void>((resolve, reject) =>
            request.write(bytes, (error) => (error ? reject(error) : resolve())),
          );
          // It is there once the namenode knows of the file.
          await waitFor(async () => (await ask('GET', path, { op: 'GETFILESTATUS' })).status === 200, {
            what: path,
          });
        },
        async end() {
          const { request, answered } = await open;
          request.end();
          await buffer(await answered);
        },
      };
    },
    async read(path) {
      const answer = await ask('GET', path, { op: 'OPEN' });
      return answer.status === 200 ? answer.body : undefined;
    },
    async names(path) {
      const { status, body } = await ask('GET', path, { op: 'LISTSTATUS' });
      if (status !== 200) return [];
      const { FileStatuses } = JSON.parse(String(body)) as {
        FileStatuses: { FileStatus: { pathSuffix: string; type: string }[] };
      };
      return FileStatuses.FileStatus.map(({ pathSuffix, type }) => pathSuffix + (type === 'FILE' ? '' : '/'));
    },
  };
}

/** What carries bytes goes empty to the namenode, and whole to where that sends it. */
async function send(method: string, url: URL, body: Uint8Array | string): Promise<HdfsAnswer> {
  const once = (
    to: URL,
    bytes: Uint8Array | string,
  ): Promise<HdfsAnswer & { location: string | undefined }> =>
    new Promise((resolve, reject) => {
      const headers = method === 'GET' ? {} : { 'content-length': Buffer.byteLength(bytes) };
      const request = httpRequest(to, { method, headers, agent: false }, (answer) => {
        const { statusCode: status = 0 } = answer;
        buffer(answer).then(
          (read) => resolve({ status, body: read, location: answer.headers.location }),
          reject,
        );
      });
      request.on('error', reject);
      request.end(bytes);
    });
  const first = await once(url, '');
  if (first.location === undefined || first.status !== 307) return first;
  // Java composes what it writes into a Location.
  const onward = new URL(first.location);
  onward.pathname = url.pathname;
  return once(onward, body);
}
