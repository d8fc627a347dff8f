import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkFailure } from './failures.ts';
import { HostAddresses } from './host-addresses.ts';

test('Addresses that failed come last, and first again when they were of use', async () => {
  const hosts = new HostAddresses(async () => ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  assert.deepEqual(await hosts.of('kafka', 1000), ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  hosts.failed('10.0.0.1');
  hosts.failed('10.0.0.2');
  assert.deepEqual(await hosts.of('kafka', 1000), ['10.0.0.3', '10.0.0.1', '10.0.0.2']);
  hosts.succeeded('10.0.0.1');
  assert.deepEqual(await hosts.of('kafka', 1000), ['10.0.0.1', '10.0.0.3', '10.0.0.2']);
});

test('An address is its own, and nobody is asked', async () => {
  const hosts = new HostAddresses(() => assert.fail('no name'));
  assert.deepEqual(await hosts.of('::1', 1000), ['::1']);
});

test('Names that do not resolve, or not in time, may do so later', async () => {
  const unknown = new HostAddresses(() => Promise.reject(new Error('ENOTFOUND')));
  await assert.rejects(unknown.of('nowhere', 1000), NetworkFailure);
  const slow = Promise.withResolvers<readonly string[]>();
  const hosts = new HostAddresses(() => slow.promise);
  await assert.rejects(hosts.of('slow', 20), NetworkFailure);
  slow.resolve(['10.0.0.9']);
});

test('A resolver that does not answer is asked for few names at once, and once for each', async () => {
  const asked: string[] = [];
  const answer = Promise.withResolvers<readonly string[]>();
  const hosts = new HostAddresses((host) => {
    asked.push(host);
    return answer.promise;
  });
  const names = ['a', 'b', 'c', 'd', 'a', 'b'].map((name) => `${name}.example.com`);
  const attempts = names.map((name) => hosts.of(name, 60_000));
  await new Promise(setImmediate);
  assert.deepEqual(asked, ['a.example.com', 'b.example.com']);
  answer.resolve(['10.0.0.1']);
  await Promise.all(attempts);
  assert.equal(asked.length, 4);
});

test('Where a resolver is away, the last addresses serve for a while; where it says that there are none, they do not', async (t) => {
  const started = performance.now();
  let passed = 0;
  t.mock.method(performance, 'now', () => started + passed);
  const answers: Promise<readonly string[]>[] = [Promise.resolve(['10.0.0.1', '10.0.0.2'])];
  const hosts = new HostAddresses(() => answers.shift() ?? Promise.reject(lost('EAI_AGAIN')));
  await hosts.of('far.example.com', 1000);
  hosts.failed('10.0.0.1');
  assert.deepEqual(await hosts.of('far.example.com', 1000), ['10.0.0.2', '10.0.0.1'], 'no answer');

  const slow = Promise.withResolvers<readonly string[]>();
  answers.push(slow.promise);
  assert.deepEqual(await hosts.of('far.example.com', 60_000), ['10.0.0.2', '10.0.0.1'], 'a slow one');
  slow.resolve(['10.0.0.3']);
  await new Promise(setImmediate);
  assert.deepEqual(await hosts.of('far.example.com', 1000), ['10.0.0.3'], 'what came late is the newest');

  answers.push(Promise.reject(lost('ENOTFOUND')));
  await assert.rejects(hosts.of('far.example.com', 1000), /far\.example\.com has no address/);
  await assert.rejects(hosts.of('far.example.com', 1000), /has no address/, 'it has none any more');
  answers.push(Promise.resolve(['10.0.0.4']));
  await hosts.of('far.example.com', 1000);
  passed = 11 * 60_000;
  await assert.rejects(hosts.of('far.example.com', 1000), /far\.example\.com has no address/, 'too old');
});

function lost(code: string): Error {
  return Object.assign(new Error(`getaddrinfo ${code} far.example.com`), { code });
}
