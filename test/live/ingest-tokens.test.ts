/** Senders with signed tokens: real FFmpeg, real Kafka, the command line. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Sender, startIngest, startSender } from '../support/senders.ts';
import type { JsonEvent } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

test('A token lets a sender in, and its end sends it away; no log has a word of it', async (t) => {
  const { bootstrapServers } = await testBroker();
  const file = join(await temporaryFolder(t), 'sign.key');
  const secret = randomBytes(32).toString('base64');
  await writeFile(file, secret);
  const args = ['--jwt-secret-file', file, '--jwt-audience', 'here', '--log-level', 'debug'];
  const { run, of, port } = startIngest(t, bootstrapServers, uniqueTopic('tokens'), args);
  const made = (audience: string, lasts: string): Promise<string> =>
    new SignJWT({ stream: 'cam-*' })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(audience)
      .setExpirationTime(lasts)
      .sign(Buffer.from(secret));
  const url = async (name: string) => `rtmp://127.0.0.1:${await port('rtmp')}/live/${name}`;
  const other = await made('elsewhere', '1h');
  const wrong = startSender(t, await url(`cam-1?key=${other}`));
  assert.match((await wrong.ended).stderr, /the key is for another server/);
  // By mistake, where the name belongs.
  const misplaced = startSender(t, await url(other));
  assert.match((await misplaced.ended).stderr, /a key stands where the name of the stream belongs/);
  const isAdmitted = ({ type, state }: JsonEvent) => type === 'sender' && state === 'admitted';
  const admitted = of('cam-1', isAdmitted, 'it is let in');
  // A machine that is slow starts FFmpeg when a short token is over.
  const send = async (lasts: number): Promise<readonly [Sender, string]> => {
    const token = await made('here', `${lasts}s`);
    const sender = startSender(t, await url(`cam-1?key=${token}`));
    const first = await Promise.race([admitted, sender.ended]);
    return 'stderr' in first ? send(lasts * 4) : [sender, token];
  };
  const [sender, right] = await send(1);
  const isDismissed = ({ type, state }: JsonEvent) => type === 'sender' && state === 'dismissed';
  const gone = await of('cam-1', isDismissed, 'it is sent away');
  assert.match(String(gone.message), /does not hold any more/);
  await sender.ended;
  const late = startSender(t, await url(`cam-1?key=${right}`));
  assert.match((await late.ended).stderr, /the key was good until .* UTC: ask for a new one/);
  run.child.kill('SIGTERM');
  const { code, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  const events: string[] = [];
  await run.event((event) => {
    events.push(JSON.stringify(event));
    return event.type === 'sender' && event.state === 'dismissed';
  }, 'all that was told');
  for (const token of [other, right]) {
    const [, body = '', signature = ''] = token.split('.');
    for (const part of [body, signature])
      assert.ok(!`${stderr}${events.join('')}`.includes(part.slice(0, 20)));
  }
});
