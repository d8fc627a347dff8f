/** `sluice schema register` at a real registry, Apicurio, by its ways of Confluent's: `npm run test:schemas`. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { catalogue } from '../../src/schemas/catalogue.ts';
import { startApicurio } from '../support/apicurio.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';

/** The results of a run, by subject. */
async function registered(
  registry: string,
  ...more: string[]
): Promise<{ code: number | null; results: Map<string, string>; stderr: string }> {
  const { code, stdout, stderr } = await runSluice([
    'schema',
    'register',
    '--registry',
    registry,
    '--json',
    ...more,
  ]);
  const lines = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return {
    code,
    stderr,
    results: new Map(
      lines.filter(({ type }) => type === 'registered').map((line) => [line.name, line.result]),
    ),
  };
}

const all = (result: string): Map<string, string> => new Map(catalogue.map(({ name }) => [name, result]));

test('All schemas are registered once, and found there; what is not compatible is told and left', async (t) => {
  const { url } = await startApicurio(t);
  const asked = await registered(url, '--dry-run');
  assert.deepEqual([asked.code, asked.results], [0, all('would-register')], asked.stderr);
  assert.deepEqual(await (await fetch(`${url}/subjects`)).json(), []);
  const first = await registered(url);
  assert.deepEqual([first.code, first.results], [0, all('registered')], first.stderr);
  const again = await registered(url);
  assert.deepEqual([again.code, again.results], [0, all('there')], again.stderr);
  const subjects = (await (await fetch(`${url}/subjects`)).json()) as string[];
  assert.deepEqual(subjects.toSorted(), catalogue.map(({ name }) => `sluice.${name}`).toSorted());

  // Somebody has another schema under this name, and wants all that follow to read what it says.
  const strict = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { path: { type: 'string' } },
  };
  const put = async (method: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.text());
  };
  await put('POST', '/subjects/other.upload/versions', {
    schemaType: 'JSON',
    schema: JSON.stringify(strict),
  });
  await put('PUT', '/config/other.upload', { compatibility: 'BACKWARD' });
  const other = await registered(url, '--subject-prefix', 'other.', 'upload', 'download');
  assert.deepEqual(
    other.results,
    new Map([
      ['upload', 'incompatible'],
      ['download', 'registered'],
    ]),
  );
  assert.equal(other.code, 3, other.stderr);
  assert.deepEqual(await (await fetch(`${url}/subjects/other.upload/versions`)).json(), [1]);

  const elsewhere = await registered(`${new URL(url).origin}/nowhere`, 'upload');
  assert.equal(elsewhere.code, 2);
  assert.match(elsewhere.stderr, /there is no registry of schemas at that URL .*ccompat/);
  await askedWho(t, url);
});

/** A door before the registry, which lets in whoever has the password, or the token. */
async function askedWho(t: TestContext, url: string): Promise<void> {
  const good = [`Basic ${Buffer.from('ann:secret').toString('base64')}`, 'Bearer t0ken'];
  const door = createServer((incoming, outgoing) => {
    if (!good.includes(incoming.headers.authorization ?? '')) {
      outgoing
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"error_code":401,"message":"Unauthorized"}');
      return;
    }
    const to = new URL(incoming.url ?? '', new URL(url).origin);
    const through = request(to, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(through);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  t.after(() => door.close());
  const at = `http://127.0.0.1:${(door.address() as AddressInfo).port}${new URL(url).pathname}`;
  const stranger = await registered(at, 'upload');
  assert.equal(stranger.code, 2);
  assert.match(stranger.stderr, /does not know who asks \(Unauthorized\): give --registry-config FILE/);
  const file = join(await temporaryFolder(t), 'registry.properties');
  await writeFile(file, 'basic.auth.user.info=ann:secret\n');
  assert.equal((await registered(at, 'upload', '--registry-config', file)).results.get('upload'), 'there');
  const env = { SCHEMA_REGISTRY_BEARER_AUTH_TOKEN: 't0ken' };
  const { code, stderr } = await runSluice(['schema', 'register', '--registry', at, 'upload'], { env });
  assert.equal(code, 0, stderr);
  const shown = await registered('http://ann:secret@127.0.0.1:1/', 'upload');
  assert.equal(shown.code, 2);
  assert.doesNotMatch(shown.stderr, /secret/);
  const nobody = await registered('http://127.0.0.1:1/', 'upload');
  assert.equal(nobody.code, 4);
  assert.match(
    nobody.stderr,
    /the registry at http:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED.*; check --registry/,
  );
}
