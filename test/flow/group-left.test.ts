/** What a member has in hand of a partition that it loses, and gets back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { LockedRecords } from '../../src/files/receive/locked-records.ts';
import type { Content } from '../../src/stores/objects/sink/journal-content.ts';
import { ageKeys } from '../support/age-keys.ts';
import { md5, noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { GroupFlow } from '../support/group-flow.ts';
import { waitFor } from '../support/wait.ts';

test('A file that could not be put in place while its partition was taken over arrives when that comes back', async (t) => {
  const ground = new GroupFlow(t, 1);
  ground.flow.source.write('long', noise(20_000));
  await ground.flow.up();
  const first = ground.member('first');
  const completing = first.holdAt((request) => request.startsWith('complete shop/'));
  first.start({ commitInterval: 3_600_000 });
  await completing.reached;
  first.freeze();
  const second = ground.member('second');
  const stood = second.freezeAt((request) => request.startsWith('part shop/'));
  second.start();
  await stood;
  // What the first one sent was aborted meanwhile: it has to begin anew, and its partition is another's by now.
  for (const [id, { key }] of [...ground.objects.open].slice(0, 1)) {
    assert.equal(key, 'shop/long');
    ground.objects.open.delete(id);
  }
  const looking = first.holdAt(
    (request) => request.startsWith('list .sluice/') && request.endsWith('answered'),
  );
  first.thaw();
  await looking.reached;
  looking.goOn();
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  completing.goOn();
  await waitFor(() => ground.flow.sent().long === ground.received(md5).long, {
    what: 'the file',
    timeout: 8000,
  });
  await first.stop();
});

test('What no key opens is remembered by partition, with the keys that were tried there', async (t) => {
  const ground = new GroupFlow(t);
  const { recipient } = await ageKeys(await temporaryFolder(t), 'anna');
  const config = { 'max.message.bytes': '4096' };
  const topic = { name: ground.flow.topic, partitions: 4, replicationFactor: 1, config };
  await ground.flow.cluster.client().createTopic(topic);
  for (let index = 0; index < 8; index++) ground.flow.source.write(`${index}`, noise(5000 + index));
  await ground.flow.up({ encryptTo: [recipient] });
  await ground.member('keyless').start({ once: true }).ended;
  const journal = ground.objects.kept.get('.sluice/keyless/journal.json')!;
  const { uploads }: Pick<Content, 'uploads'> = JSON.parse(journal.bytes.toString());
  const partitions = uploads.map(({ seen }) => [...new Set(seen.map(([partition]) => partition))]);
  assert.deepEqual(partitions.toSorted(), [[0], [1], [2], [3]]);
  // One member has tried other keys than another: who takes both over knows which where.
  const [a, b, c] = [await ground.open('a'), await ground.open('b'), await ground.open('c')];
  t.after(() => Promise.all([a, b, c].map((sink) => sink.close())));
  const of = { topic: 'id', name: 'files', cluster: 'c' };
  const range = { began: 0, safe: 9 };
  for (const [partition, sink] of [a, b].entries()) {
    const locked = new LockedRecords('id', sink === a ? 'none' : 'key', true);
    locked.note(partition, 5);
    await sink.shared!.take(of, new Map([[partition, { term: 1, range, uploads: [] }]]), []);
    await sink.checkpoint(locked.take()!.rows);
  }
  const claims = await c.shared!.claims('id');
  await c.shared!.take(of, new Map([...claims].map(([one, claim]) => [one, { ...claim, term: 2 }])), []);
  const keyed = new LockedRecords('id', 'key', true);
  for (const { uploads } of (await c.shared!.claims('id')).values())
    for (const one of uploads) keyed.restore(one);
  assert.deepEqual([keyed.untried, keyed.known], [[[0, 5, 5]], 1]);
});
