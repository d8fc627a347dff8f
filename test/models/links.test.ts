/**
 * Connections to brokers: names with several addresses, resolvers that hang, alerts of TLS and spoiled bytes at any moment, brokers that
 * ask to be spared and hang up, providers of tokens that are slow. What may pass does, and nothing waits for long.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect as connectTcp, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { Connection } from '../../src/kafka/cluster/connection.ts';
import { NetworkFailure } from '../../src/kafka/cluster/failures.ts';
import { HostAddresses } from '../../src/kafka/cluster/host-addresses.ts';
import { openLink } from '../../src/kafka/cluster/link.ts';
import { control } from '../../src/kafka/cluster/link-purpose.ts';
import { Links } from '../../src/kafka/cluster/links.ts';
import { StatusReporter } from '../../src/kafka/cluster/status.ts';
import { silentLogger } from '../../src/log.ts';
import { makeAuthority } from '../support/certificates.ts';
import { listener } from '../support/listener.ts';
import fc from '../support/properties.ts';
import { assertAtOnce } from './at-once.ts';
import { versionsAnswer } from './kafka/wire-answers.ts';
import { WireBroker } from './kafka/wire-broker.ts';
import { parameters } from './parameters.ts';

test('A name leads to whichever of its addresses is of use', async () => {
  const fate = fc.constantFrom('absent' as const, 'dead' as const, 'sane' as const);
  const scene = fc.record({
    fates: fc.array(fate, { minLength: 1, maxLength: 4 }).filter((all) => all.includes('sane')),
    turn: fc.nat({ max: 3 }),
  });
  const play = async ({ fates, turn }: { fates: readonly string[]; turn: number }): Promise<void> => {
    const brokers: WireBroker[] = [];
    const stop = new AbortController();
    try {
      const ips = fates.map((_, index) => `127.0.0.${index + 11}`);
      let port = 0;
      for (const [index, one] of fates.entries()) {
        if (one === 'absent') continue;
        const broker = await WireBroker.listen(() => versionsAnswer(), ips[index], port);
        broker.isDead = one === 'dead';
        port = broker.port;
        brokers.push(broker);
      }
      const links = new Links({
        clientId: 'model',
        tls: undefined,
        authenticate: undefined,
        logger: silentLogger,
        reporter: new StatusReporter(() => {}),
        // Resolvers turn their answers round.
        lookup: async () => [...ips.slice(turn % ips.length), ...ips.slice(0, turn % ips.length)],
        signal: stop.signal,
      });
      const place = { address: { host: 'kafka.example', port }, broker: undefined };
      let failure: unknown;
      for (let attempt = 0; attempt < 2; attempt += 1) {
        failure = await links.to(place, control, 5000).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure === undefined) return;
      }
      throw failure;
    } finally {
      stop.abort();
      for (const broker of brokers) broker.close();
    }
  };
  await assertAtOnce(scene, play, { numRuns: 30, seed: 131, atOnce: 10 });
});

test('A resolver that does not answer holds nobody for long, and leaves the disk its threads', async () => {
  const answers = fc.array(fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }), {
    minLength: 1,
    maxLength: 9,
  });
  let names = 0;
  await fc.assert(
    fc.asyncProperty(answers, async (all) => {
      let [running, most] = [0, 0];
      const hanging: (() => void)[] = [];
      const first = names;
      names += all.length;
      const hosts = new HostAddresses(async (host) => {
        running += 1;
        most = Math.max(most, running);
        const after = all[Number(/\d+/.exec(host)?.[0]) - first];
        await (after === undefined ? new Promise<void>((resolve) => hanging.push(resolve)) : delay(after));
        running -= 1;
        return ['127.0.0.1'];
      });
      const began = performance.now();
      await Promise.allSettled(all.map((_, index) => hosts.of(`host${first + index}.example`, 60)));
      assert.ok(performance.now() - began < 3000, 'they are waited for without end');
      // Node has four threads for names and files.
      assert.ok(most <= 2, `${most} names are looked for at once`);
      // They answer after all, and so does whoever has its turn then.
      for (let rounds = 0; rounds < 100 && running > 0; rounds += 1) {
        for (const resolve of hanging.splice(0)) resolve();
        await delay(1);
      }
    }),
    parameters({ numRuns: 15, seed: 132 }),
  );
});

/** Alerts that speak of certificates, or say that there is no version, cipher or name in common (RFC 8446, 6.2; 8446 lists no others). */
const refusing = [40, 42, 43, 44, 45, 46, 48, 49, 70, 71, 112, 113, 114, 116];

test('Only alerts that refuse our side of TLS are final, and only before it has been taken', async (t) => {
  const authority = await makeAuthority('model');
  t.after(() => authority.remove());
  const files = await authority.issue('server', ['DNS:localhost', 'IP:127.0.0.1']);
  const [cert, key, ca] = await Promise.all(
    [files.certificate, files.key, authority.certificate].map((file) => readFile(file)),
  );
  const broker = createTlsServer({ cert: cert!, key: key! }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (request: Buffer) => {
      const answer = Buffer.alloc(8);
      answer.writeInt32BE(4, 0);
      request.copy(answer, 4, 8, 12);
      socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  t.after(() => broker.close());
  const behind = (broker.address() as { port: number }).port;
  type Scene = { readonly alert: number } | { readonly answers: number; readonly bytes: Uint8Array };
  const scene: fc.Arbitrary<Scene> = fc.oneof(
    fc.record({ alert: fc.constantFrom(0, 10, 20, 22, 40, 47, 48, 50, 51, 70, 80, 86, 90, 109, 110, 120) }),
    fc.record({
      answers: fc.integer({ min: 1, max: 3 }),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        fc.constantFrom(
          Buffer.from([21, 3, 3, 0, 2, 2, 80]),
          Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
        ),
        // Heads of records that are nearly right.
        fc
          .tuple(
            fc.integer({ min: 20, max: 24 }),
            fc.constantFrom(3, 3, 2, 9),
            fc.constantFrom(3, 1, 9),
            fc.nat({ max: 255 }),
          )
          .map(([type, major, minor, length]) => Buffer.from([type, major, minor, length, 5, 1, 2, 3, 4, 5])),
      ),
    }),
  );
  const play = async (one: Scene): Promise<void> => {
    const spoil = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on('error', () => {});
      if ('alert' in one) {
        socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, one.alert])));
        return;
      }
      const out = connectTcp(behind, '127.0.0.1');
      out.on('error', () => {});
      socket.pipe(out);
      out.on('data', (bytes: Buffer) => socket.write(bytes));
      socket.on('close', () => out.destroy());
      void spoil.promise.then(() => socket.end(one.bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const connection = await Connection.open({
        address: { host: '127.0.0.1', port },
        tls: { ca: ca! },
        clientId: 'model',
        connectTimeout: 20_000,
        requestTimeout: 20_000,
      });
      const ask = () =>
        connection.exchange({ apiKey: 1, apiVersion: 1, pieces: [Buffer.from('x')], hasTags: true });
      if ('answers' in one) for (let count = 0; count < one.answers; count += 1) (await ask()).release();
      spoil.resolve();
      const error = await connection.closed;
      assert.ok(error instanceof NetworkFailure, `what had stood is refused for good: ${error}`);
    } catch (error) {
      if (!('alert' in one) || refusing.includes(one.alert)) {
        if ('alert' in one) return;
        throw error;
      }
      assert.ok(error instanceof NetworkFailure, `alert ${one.alert} is final: ${error}`);
    } finally {
      server.close();
    }
  };
  await assertAtOnce(scene, play, { numRuns: 40, seed: 133, atOnce: 8 });
});

type Step =
  | { readonly do: 'ask'; readonly count: number }
  | { readonly do: 'spare'; readonly milliseconds: number }
  | { readonly do: 'hang up' }
  | { readonly do: 'renew' };

test('A request waits for as long as its broker asks for, for no token, and not at all once the connection is closed', async (t) => {
  const { port } = await listener(t, (socket) => {
    let rest = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readInt32BE(0)) {
        const request = rest.subarray(4, 4 + rest.readInt32BE(0));
        rest = rest.subarray(4 + request.byteLength);
        const body = request.readInt16BE(0) === 18 ? versionsAnswer() : Buffer.alloc(0);
        const head = Buffer.alloc(8);
        head.writeInt32BE(body.byteLength + 4, 0);
        head.writeInt32BE(request.readInt32BE(4), 4);
        socket.write(Buffer.concat([head, body]));
      }
    });
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ do: fc.constant('ask' as const), count: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant('spare' as const), milliseconds: fc.constantFrom(100, 300, 60_000) }),
    fc.constant({ do: 'hang up' as const }),
    fc.constant({ do: 'renew' as const }),
  );
  const slow = 4000;
  const play = async (steps: readonly Step[]): Promise<void> => {
    let exchanges = 0;
    const isRenewed = steps.some((one) => one.do === 'renew');
    const link = await openLink({
      address: { host: '127.0.0.1', port },
      tls: undefined,
      clientId: 'model',
      connectTimeout: 20_000,
      requestTimeout: 20_000,
      authenticate: async () => {
        // The second token and those after it take their time.
        if (exchanges++ > 0) await delay(slow, undefined, { ref: false });
        return async () => ({ sessionLifetimeMs: isRenewed ? 20 : 0 });
      },
    });
    const { connection } = link;
    try {
      let freeAt = 0;
      for (const one of steps) {
        if (one.do === 'renew') await delay(60);
        if (one.do === 'spare') {
          connection.throttle(one.milliseconds);
          if (connection.isOpen) freeAt = Math.max(freeAt, performance.now() + one.milliseconds);
        }
        if (one.do === 'hang up') connection.close(new NetworkFailure('it hangs up'));
        if (one.do !== 'ask') continue;
        const began = performance.now();
        const wait = Math.max(0, freeAt - began);
        const asked = Array.from({ length: one.count }, () =>
          connection.exchange({ apiKey: 3, apiVersion: 1, pieces: [Buffer.from('x')], hasTags: true }).then(
            ({ release }) => {
              release();
              const early = freeAt - performance.now();
              assert.ok(early < 60, `answered ${early} ms before the broker's rest is over`);
            },
            (error: unknown) => assert.ok(error instanceof NetworkFailure),
          ),
        );
        if (wait > 1000 && connection.isOpen) {
          // Nobody waits for that here: whoever asked is told when it is closed.
          await delay(20);
          connection.close(new NetworkFailure('it hangs up'));
        }
        const most = (connection.isOpen ? wait : 0) + slow / 2;
        const late = delay(most, 'late', { ref: false });
        assert.notEqual(
          await Promise.race([Promise.all(asked), late]),
          'late',
          `no end of a request in ${most} ms`,
        );
      }
    } finally {
      connection.close();
    }
  };
  const steps = fc.array(step, { minLength: 1, maxLength: 6 });
  await assertAtOnce(steps, play, { numRuns: 40, seed: 134, atOnce: 20 });
});
