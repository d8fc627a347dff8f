/** The command line against a cluster that asks for security: a file for what is harmless, the environment for secrets. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../support/folder.ts';
import { runSluice } from '../../support/sluice.ts';
import { uniqueTopic } from '../../support/unique.ts';
import type { GetCluster } from './attempt.ts';
import { secrets } from './attempt.ts';
import { user } from './cluster.ts';

export function commandLineTests(get: GetCluster): void {
  test('A file goes through over TLS and SCRAM, and a wrong password ends the run with exit code 2', async (t) => {
    const folder = await temporaryFolder(t);
    const config = join(folder, 'client.properties');
    const source = await temporaryFolder(t);
    const sink = await temporaryFolder(t);
    const content = Buffer.alloc(3_000_000, 'sluice');
    await writeFile(join(source, 'film.bin'), content);
    await writeFile(
      config,
      [
        `bootstrap.servers=${get().broker.listeners.SASLTLS}`,
        'security.protocol=SASL_SSL',
        `ssl.ca.location=${get().authority.certificate}`,
        'sasl.mechanism=SCRAM-SHA-512',
        `sasl.username=${user.name}`,
      ].join('\n'),
    );
    const connection = ['--config', config, '--topic', uniqueTopic('files'), '--log-level', 'trace'];
    const upload = ['upload', '--from', source, '--name', 'till', '--once', '--min-age', '0', ...connection];
    const download = ['download', '--to', sink, '--name', 'head-office', '--once', ...connection];
    const run = async (args: readonly string[], password: string) => {
      const { code, stdout, stderr } = await runSluice(args, { env: { SLUICE_SASL_PASSWORD: password } });
      assert.doesNotMatch(stdout + stderr, secrets);
      return { code, stderr };
    };
    const sent = await run(upload, user.password);
    assert.equal(sent.code, 0, sent.stderr);
    const received = await run(download, user.password);
    assert.equal(received.code, 0, received.stderr);
    assert.ok(content.equals(await readFile(join(sink, 'till', 'film.bin'))));
    const refused = await run(upload, 'gehe1m');
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /SCRAM-SHA-512 failed for user/);
  });
}
