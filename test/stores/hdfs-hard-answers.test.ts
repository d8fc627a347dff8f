/** What namenodes answer that are full, in safe mode, behind TLS, or want a token; and what stands in the requests to them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { noise } from '../support/bytes.ts';
import { makeAuthority } from '../support/certificates.ts';
import { temporaryFolder } from '../support/folder.ts';
import { dfsAdmin, ensureHadoop, hadoopCommand } from '../support/hadoop.ts';
import { startHdfs } from '../support/hdfs.ts';
import { Scope } from '../support/owner.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { hdfsGround } from './hdfs-ground.ts';

const scope = new Scope();
after(() => scope.close());
const hdfs = await startHdfs(scope);

async function administer(...words: string[]): Promise<void> {
  const [java, ...rest] = await hadoopCommand(await ensureHadoop(), hdfs.conf, [dfsAdmin, ...words]);
  await promisify(execFile)(java, rest);
}

test('A folder whose quota is used up is waited for as a full disk is; so is safe mode', async (t) => {
  const ground = await hdfsGround(t, hdfs);
  const files = new Map([['large', noise(8_000_000)]]);
  await ground.write(files);
  await ground.send();
  await hdfs.ask('PUT', `${ground.folder}/copies`, { op: 'MKDIRS' });
  // Room for blocks of what is small, and no more.
  const quota = (bytes: string) => administer('-setSpaceQuota', bytes, `/${ground.folder}/copies`);
  await quota(String(3 * 128 * 1024 * 1024));
  await hdfs.write(`${ground.folder}/copies/filling`, noise(1000));
  await quota(String(2 * 1024 * 1024));
  const full = followSluice(ground.fetch(), { env: ground.env });
  t.after(() => full.kill());
  await full.event(({ type }) => type === 'waiting', 'it waits for room');
  await administer('-clrSpaceQuota', `/${ground.folder}/copies`);
  const ended = await full.ended;
  assert.equal(ended.code, 0, ended.stderr);
  await ground.stands(files);
  await administer('-safemode', 'enter');
  await ground.write(new Map([['second', noise(100)]]));
  await ground.send();
  const safe = followSluice(ground.fetch(), { env: ground.env });
  t.after(() => safe.kill());
  const told = await safe.event(({ type }) => type === 'waiting', 'it waits for the end of safe mode');
  assert.match(JSON.stringify(told), /safe mode/);
  await administer('-safemode', 'leave');
  assert.equal((await safe.ended).code, 0);
});

test('A token stands in requests in place of a name, and in no message; in a file it is read anew', async (t) => {
  const ground = await hdfsGround(t, hdfs);
  await ground.put(new Map([['a', noise(10)]]));
  // Whoever asks without Kerberos is known as this one by a cluster that has none, whatever token it has.
  await hdfs.ask('PUT', `${ground.folder}/in`, { op: 'SETPERMISSION', permission: '755' });
  const seen = new Set<string>();
  const proxy = await ground.through((op, url, onData) => {
    if (!onData) seen.add(`${url.searchParams.get('delegation')} ${url.searchParams.get('user.name')}`);
    return op === 'NONE' ? 'reset' : undefined;
  });
  const secret = 'c2VjcmV0LXRva2Vu';
  const file = join(await temporaryFolder(t), 'token');
  await writeFile(file, `${secret}\n`);
  for (const env of [{ HADOOP_TOKEN: secret }, { HADOOP_TOKEN_FILE_LOCATION: file }]) {
    seen.clear();
    const { code, stdout, stderr } = await runSluice([...ground.take(proxy.port), '--once', '--json'], {
      env: { ...ground.env, ...env },
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual([...seen], [`${secret} null`]);
    assert.ok(!(stdout + stderr).includes(secret));
  }
  const away = await runSluice(['doctor', '--from', ground.place(1)], {
    env: { ...ground.env, HADOOP_TOKEN: secret },
  });
  assert.ok(!(away.stdout + away.stderr).includes(secret));
});

test('Over TLS a namenode is trusted by NODE_EXTRA_CA_CERTS alone', async (t) => {
  const ground = await hdfsGround(t, hdfs);
  await ground.put(new Map([['a', noise(10)]]));
  const authority = await makeAuthority('Authority of the namenode');
  t.after(() => authority.remove());
  const { certificate, key } = await authority.issue('namenode', ['IP:127.0.0.1']);
  const files = { cert: await readFile(certificate), key: await readFile(key) };
  const server = createServer(files, (request, response) => {
    const { method, url, headers } = request;
    const onward = httpRequest(
      { host: '127.0.0.1', port: hdfs.port, method, path: url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const args = [...ground.take(port), '--once'].map((word) => word.replace(/^hdfs:/, 'swebhdfs:'));
  const distrusted = await runSluice(args, { env: ground.env });
  assert.equal(distrusted.code, 2, distrusted.stderr);
  assert.match(distrusted.stderr, /not signed by a trusted authority.*NODE_EXTRA_CA_CERTS/);
  const trusted = await runSluice(args, {
    env: { ...ground.env, NODE_EXTRA_CA_CERTS: authority.certificate },
  });
  assert.equal(trusted.code, 0, trusted.stderr);
  server.closeAllConnections();
});
