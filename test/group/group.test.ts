/** A group of real processes: one killed, one frozen amid a request to the store, one added. `npm run test:group` has more of all of it. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { type TestContext, test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { startHttpFaults } from '../support/http-faults.ts';
import type { RunningS3 } from '../support/s3.ts';
import { waitFor } from '../support/wait.ts';
import { endMembers, groupGround, isBack, type JoinOptions, timesAssigned } from './ground.ts';
import { bucketPlace } from './places.ts';

function through(port: number): JoinOptions {
  return { env: { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` } };
}

/** A proxy that holds each request that puts a file in place, until it is let go. */
async function holding(t: TestContext, s3: RunningS3) {
  const { promise, resolve: letGo } = Promise.withResolvers<undefined>();
  t.after(() => letGo(undefined));
  const { promise: held, resolve: isHeld } = Promise.withResolvers<void>();
  const judge = ({ method, url = '' }: IncomingMessage): Promise<undefined> | undefined => {
    if (!url.includes('/copies/shop/') || (method !== 'PUT' && method !== 'POST')) return undefined;
    isHeld();
    return promise;
  };
  const { port } = await startHttpFaults(t, { target: s3.port, judge });
  return { port, held, letGo: () => letGo(undefined) };
}

test('Of a group, one is killed, one frozen amid its writes, one added: each file is there once, and written by one', async (t) => {
  const { bootstrapServers } = await testBroker();
  const place = await bucketPlace(t);
  const ground = await groupGround(t, bootstrapServers, place, { partitions: 6, takeOverAfter: '6s' });
  const sent = async (...more: string[]): Promise<void> => {
    const { code, stderr } = await ground.upload(...more).ended;
    assert.equal(code, 0, stderr);
  };
  // There is a topic then.
  const [first, second] = [await holding(t, place.s3), await holding(t, place.s3)];
  await sent();
  const killed = ground.join('killed', through(first.port));
  const zombie = ground.join('zombie', through(second.port));
  const share = ({ events }: typeof killed): unknown =>
    (events.findLast(({ type }) => type === 'assigned')?.partitions as number[] | undefined)?.length;
  await waitFor(() => share(killed) === 3 && share(zombie) === 3, {
    what: 'a share for each of two',
    timeout: 120_000,
  });
  const sizes = new Map<string, number>();
  for (let file = 0; file < 40; file++) sizes.set(`many/${file}`, (file * 7919) % 400_000);
  sizes.set('large', 12_000_000);
  await ground.make(sizes);
  await sent('--pack-below', '20000');
  const returns = timesAssigned(zombie);
  await Promise.all([first.held, second.held]);
  zombie.process.child.kill('SIGSTOP');
  await killed.process.kill();
  const steady = ground.join('steady');
  const added = ground.join('added');
  await ground.filled(120_000);
  // What it had sent off before it stood still comes to the store only now.
  second.letGo();
  zombie.process.child.kill('SIGCONT');
  await isBack(zombie, returns);
  await endMembers([zombie, steady, added]);
  assert.deepEqual(await ground.faults(), []);
  // None of it is its own: others had written all.
  assert.equal(zombie.events.filter(({ type }) => type === 'received').length, 0);
});
