import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { KafkaError } from '../contract.ts';
import { NetworkFailure } from './failures.ts';
import { firstOfUse, type Trial } from './first-of-use.ts';

const stagger = 300;

interface Asked extends PromiseWithResolvers<string>, Trial {}

/** What is asked for at each address is answered by the test. */
function trying(t: TestContext, ...ips: string[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = new Map<string, Asked>();
  const order: string[] = [];
  const failed: string[] = [];
  const closing = new AbortController();
  const opened = firstOfUse({
    ips,
    stagger,
    open: (ip, trial) => {
      order.push(ip);
      const one = { ...Promise.withResolvers<string>(), ...trial };
      asked.set(ip, one);
      return one.promise;
    },
    failed: (ip) => failed.push(ip),
    signal: closing.signal,
  });
  opened.catch(() => {});
  return { opened, order, failed, at: (ip: string) => asked.get(ip)!, closing };
}

const turn = () => new Promise(setImmediate);

test('An address that says nothing holds nobody up: the next is tried beside it, and what is taken counts', async (t) => {
  const { opened, order, failed, at } = trying(t, 'silent', 'good', 'third');
  t.mock.timers.tick(stagger - 1);
  assert.deepEqual(order, ['silent']);
  t.mock.timers.tick(1);
  assert.deepEqual(order, ['silent', 'good']);
  at('good').onTaken();
  assert.ok(at('silent').signal.aborted, 'it is not tried any further');
  at('silent').reject(new NetworkFailure('given up'));
  t.mock.timers.tick(10 * stagger);
  assert.deepEqual(order, ['silent', 'good'], 'who has taken it is waited for alone');
  at('good').resolve('link');
  assert.equal(await opened, 'link');
  assert.ok(!at('good').signal.aborted);
  assert.deepEqual(failed, ['silent'], 'it comes last the next time');
});

test('A late answer of an address that was given up counts for nothing', async (t) => {
  const { opened, order, at } = trying(t, 'slow', 'hangs up');
  t.mock.timers.tick(stagger);
  const { onTaken } = at('slow');
  at('hangs up').onTaken();
  onTaken();
  assert.ok(!at('hangs up').signal.aborted);
  at('hangs up').reject(new NetworkFailure('the broker closed the connection'));
  await turn();
  assert.deepEqual(
    order,
    ['slow', 'hangs up', 'slow'],
    'and it is asked again where the other was of no use',
  );
  at('slow').resolve('link');
  assert.equal(await opened, 'link');
});

test('One that refuses is followed by the next at once; where all have failed, each says why', async (t) => {
  const { opened, order, failed, at } = trying(t, 'a', 'b');
  at('a').reject(new NetworkFailure('refused'));
  await turn();
  assert.deepEqual(order, ['a', 'b']);
  at('b').reject(new NetworkFailure('no connection within 10000 ms'));
  await assert.rejects(opened, {
    name: 'NetworkFailure',
    message: 'at a: refused; at b: no connection within 10000 ms',
  });
  assert.deepEqual(failed, ['a', 'b']);
});

test('The only one says itself what is wrong', async (t) => {
  const { opened, at } = trying(t, 'a');
  at('a').reject(new NetworkFailure('refused'));
  await assert.rejects(opened, { message: 'refused' });
});

test('What is final at one address is final, and ends what is tried beside it', async (t) => {
  const { opened, at } = trying(t, 'a', 'b');
  t.mock.timers.tick(stagger);
  at('b').reject(new KafkaError('authentication', 'not believed'));
  await assert.rejects(opened, { kind: 'authentication' });
  assert.ok(at('a').signal.aborted);
});

test('A client that is closed tries no other address', async (t) => {
  const { opened, order, at, closing } = trying(t, 'a', 'b');
  closing.abort();
  at('a').reject(new NetworkFailure('the client was closed'));
  await assert.rejects(opened, { message: 'the client was closed' });
  assert.deepEqual(order, ['a']);
});
