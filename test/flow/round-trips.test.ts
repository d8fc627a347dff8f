/** How many round trips a run of one small file takes, from its start to its end: what makes short runs slow where brokers are far away. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { download } from '../../src/files/download.ts';
import { upload } from '../../src/files/upload.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startTurnProxy, type TurnProxy } from '../support/turn-proxy.ts';
import { uniqueName } from '../support/unique.ts';

/** A pause of this process counts as a round trip more than there was; that it pauses in each of so many runs is no chance. */
const tries = 3;

interface Stage {
  readonly proxy: TurnProxy;
  readonly kafka: Readonly<Record<string, string>>;
}

async function stage(t: TestContext): Promise<Stage> {
  const proxy = await startTurnProxy(t);
  const listeners = { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } } as const;
  const broker = await startBroker({ listeners });
  t.after(() => broker.stop());
  proxy.target = Number(broker.listeners.PROXIED!.split(':')[1]);
  const kafka = { 'bootstrap.servers': `127.0.0.1:${proxy.port}` };
  // A new cluster makes the topic of positions first, and gives no producer ids until it has fetched some.
  const topic = uniqueName('warm');
  await send(t, kafka, topic);
  await receive(t, kafka, topic);
  return { proxy, kafka };
}

async function send(t: TestContext, kafka: Stage['kafka'], topic: string, name = 'shop'): Promise<void> {
  const from = await temporaryFolder(t);
  await writeFile(join(from, uniqueName('file')), Buffer.alloc(4000, topic));
  const { files } = await upload({ kafka, topic, from, name, once: true, minAge: 0 });
  assert.equal(files, 1);
}

async function receive(t: TestContext, kafka: Stage['kafka'], topic: string, to?: string): Promise<void> {
  const folder = to ?? (await temporaryFolder(t));
  const { files, failed } = await download({ kafka, topic, to: folder, name: 'archive', once: true });
  assert.ok(files >= 1 && failed === 0);
}

/** Fails when none of several runs gets along with so many. */
async function takesAtMost(
  expected: number,
  proxy: TurnProxy,
  run: () => Promise<unknown>,
  prepare = async (): Promise<void> => {},
): Promise<void> {
  let best: { readonly turns: number; readonly trace: readonly string[] } | undefined;
  for (let count = 0; count < tries && (best?.turns ?? Infinity) > expected; count++) {
    await prepare();
    proxy.reset();
    await run();
    const { turns, trace } = proxy;
    if (best === undefined || turns < best.turns) best = { turns, trace };
  }
  assert.ok(
    best!.turns <= expected,
    `${best!.turns} round trips, not ${expected}:\n${best!.trace.join('\n')}`,
  );
}

test('A run of one small file takes no more round trips than it must (ADR 187)', async (t) => {
  const { proxy, kafka } = await stage(t);
  const topic = uniqueName('trips');

  await t.test('upload to topics that are not there yet', async (t) => {
    await takesAtMost(8, proxy, () => send(t, kafka, uniqueName('new')));
  });

  await send(t, kafka, topic);
  await t.test('upload', (t) => takesAtMost(6, proxy, () => send(t, kafka, topic)));

  await t.test('upload of one that has never sent to this topic', async (t) => {
    await takesAtMost(6, proxy, () => send(t, kafka, topic, uniqueName('other')));
  });

  await t.test('download', (t) => takesAtMost(6, proxy, () => receive(t, kafka, topic)));

  await t.test('download of one more file', async (t) => {
    const to = await temporaryFolder(t);
    await receive(t, kafka, topic, to);
    const more = () => send(t, kafka, topic);
    await takesAtMost(6, proxy, () => receive(t, kafka, topic, to), more);
  });

  await t.test('one request more that waits for another is counted, one beside it is not', async (t) => {
    const client = createKafka({ properties: kafka });
    t.after(() => client.close());
    await client.describeTopic(topic);
    const look = () => client.describeTopic(topic);
    await takesAtMost(1, proxy, () => Promise.all([look(), look()]));
    await assert.rejects(
      takesAtMost(1, proxy, async () => [await look(), await look()]),
      /2 round trips, not 1:/,
    );
  });
});
