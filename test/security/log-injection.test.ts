/** Names that drive terminals and forge lines, through every way in which they are told: SECURITY.md, "Who can produce to the topic". */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { craftedChunk, craftedClose, craftedUpload } from '../support/crafted.ts';
import { temporaryFolder } from '../support/folder.ts';
import { withHeader } from '../support/records.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

/** A title for the terminal, a cleared screen, C1's CSI, a forged line of a log, a name that reads the other way round, a bell. */
const hostile = [
  'a\x1b]0;title\x07b',
  'a\x1b[2Jb',
  'a\u009b31mb',
  'a\nsluice: all is well',
  'a\n{"level":30,"msg":"all is well"}',
  'a\rb',
  'invoice\u202egpj.exe',
  'a\u2028b\u2029c\x7f',
];

/** What acts; what ends a line is the line's own end. */
const acts = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

function assertHarmless(output: string, isJson: boolean, what: string): void {
  const lines = output.split('\n').filter((line) => line !== '');
  assert.ok(lines.length > 0, what);
  for (const line of lines) {
    assert.doesNotMatch(line, acts, `${what}: ${JSON.stringify(line)}`);
    assert.doesNotMatch(line, /^sluice: all is well|^\{"level":30,"msg":"all is well"\}/, what);
    if (isJson) assert.doesNotThrow(() => JSON.parse(line), `${what}: ${line}`);
  }
}

test('Names of files and what records say are harmless in logs, in JSON and in lists', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('files');
  const source = await temporaryFolder(t);
  for (const name of hostile) await writeFile(join(source, name), name);
  const to = ['--bootstrap-servers', bootstrapServers, '--topic', topic];
  const send = ['upload', '--from', source, '--once', '--min-age', '0', ...to];
  const run = async (args: readonly string[], isJson: boolean, code = 0) => {
    const finished = await runSluice(args);
    const output = finished.stdout + finished.stderr;
    assert.equal(finished.code, code, output);
    assertHarmless(output, isJson, args.join(' '));
    return output;
  };
  await run([...send, '--name', 'a', '--dry-run'], false);
  assert.match(await run([...send, '--name', 'a'], true), /all is well/);
  const told = await run([...send, '--name', 'b', '--json'], true);
  const sent = told.split('\n').flatMap((line) => (line.includes('"sent"') ? [JSON.parse(line).path] : []));
  assert.deepEqual(sent.toSorted(), hostile.toSorted(), 'whoever parses it gets the names as they are');
  await run(['list', ...to], false);
  await run(['list', '--json', ...to], true);
  // Of somebody who produces by himself: a path that is refused, a reason that is told, an upload that fails.
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  const producer = kafka.producer();
  for (const path of hostile) {
    const file = { path, uploader: 'c', bytes: noise(300) };
    const [chunk, close] = [craftedChunk(file, 0, 300), craftedClose(file)];
    await producer.append(topic, 0, withHeader(chunk, 'path', `../${path}`));
    await producer.append(topic, 0, withHeader(chunk, 'kind', path));
    await producer.append(topic, 0, chunk);
    await producer.append(topic, 0, withHeader(close, 'digest', path));
    for (const record of craftedUpload({ ...file, uploader: 'd' })) await producer.append(topic, 0, record);
  }
  await kafka.close();
  const receive = async () => ['download', '--to', await temporaryFolder(t), '--once', ...to];
  await run(await receive(), true, 3);
  await run([...(await receive()), '--json'], true, 3);
  const missing = await run(['cat', ...to, `a/${hostile[3]}-missing`], false, 2);
  assert.match(missing, /\\x0asluice: all is well-missing|\n {2}sluice: all is well-missing/);
});

test('What is wrong on a command line is said without what would act', async () => {
  const name = hostile.join('');
  const calls = [
    ['list', '--topic', name],
    ['upload', '--from', name, '--topic', 'x', '--once'],
    ['list', '--topic', 'x', '--config', name],
    ['list', '--topic', 'x', '-X', name],
  ];
  await Promise.all(
    calls.map(async (args) => {
      const nobody = ['--bootstrap-servers', '127.0.0.1:1', '--give-up-after', '100ms'];
      const { stderr, code } = await runSluice([...args, ...nobody]);
      assert.ok(code === 2 || code === 4, `${code}: ${stderr}`);
      assertHarmless(stderr, false, args.join(' '));
    }),
  );
});
