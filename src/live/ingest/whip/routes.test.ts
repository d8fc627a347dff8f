/** WHIP's requests before a desk of the test, and peers that agree to everything. RFC 9725, 4. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { videoOffer as offer } from '../../../../test/support/whip-offer.ts';
import { type Logger, silentLogger } from '../../../log.ts';
import { ConnectionLimit } from '../connection-limit.ts';
import type { Answer, Caller, Refusal } from '../contract.ts';
import { readIceServers } from './ice-servers.ts';
import type { PeerListener } from './peer.ts';
import { serveWhip, type WhipOptions } from './server.ts';

const sdp = { 'content-type': 'application/sdp' };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

async function ground(t: TestContext, options: Partial<WhipOptions> = {}) {
  const callers: Caller[] = [];
  const left: string[] = [];
  const candidates: string[] = [];
  const dismissed = new AbortController();
  let listener: PeerListener | undefined;
  let refusal: Refusal | undefined;
  const server = await serveWhip({
    host: '127.0.0.1',
    port: 0,
    limit: new ConnectionLimit(100, 100, silentLogger),
    logger: silentLogger,
    desk: {
      async ask(caller): Promise<Answer> {
        callers.push(caller);
        if (refusal !== undefined) return { isAdmitted: false, why: refusal, message: `it is ${refusal}` };
        const leave = () => void left.push(caller.stream);
        return { isAdmitted: true, seat: { signal: dismissed.signal, send: async () => {}, leave } };
      },
    },
    peers: async () => ({
      open: (of) => {
        listener = of;
        return {
          answer: async (text) => text.replace('sendonly', 'recvonly'),
          addCandidate: (candidate) => void candidates.push(candidate),
          send: () => {},
          close: () => {},
        };
      },
      close: () => {},
    }),
    ...options,
  });
  t.after(() => server.close());
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(new URL(path, server.url), { method, headers, ...(body === undefined ? {} : { body }) });
  return {
    ...{ callers, left, candidates, dismissed, ask, server },
    refuse: (why: Refusal | undefined) => {
      refusal = why;
    },
    listener: () => listener,
    begin: async (key = 'k') => {
      const response = await ask('POST', '/whip/cam', { ...sdp, ...bearer(key) }, offer);
      assert.equal(response.status, 201);
      const tag = response.headers.get('etag') ?? '';
      return { path: response.headers.get('location') ?? '', tag, response };
    },
  };
}

test('an offer is answered, and its session is ended by who has begun it', async (t) => {
  const { begin, ask, callers, left } = await ground(t);
  const { path, response, tag } = await begin();
  assert.equal(response.headers.get('content-type'), 'application/sdp');
  assert.match(await response.text(), /a=recvonly/);
  assert.match(path, /^\/whip\/cam\/[\w-]{22}$/);
  assert.match(tag, /^".+"$/);
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  assert.match(response.headers.get('access-control-expose-headers') ?? '', /Location/);
  const [{ protocol, stream, key, address } = assert.fail()] = callers;
  assert.deepEqual([protocol, stream, key], ['whip', 'cam', 'k']);
  assert.match(address, /^127\.0\.0\.1:\d+$/);
  assert.equal((await ask('DELETE', path)).status, 401);
  assert.equal((await ask('DELETE', path, bearer('other'))).status, 401);
  assert.deepEqual(left, []);
  assert.equal((await ask('DELETE', path, bearer('k'))).status, 200);
  assert.deepEqual(left, ['cam']);
  assert.equal((await ask('DELETE', path, bearer('k'))).status, 404);
});

test('who is not let in is told so, in words and by a status', async (t) => {
  const { refuse, ask, callers } = await ground(t);
  const post = (headers: Record<string, string>, body = offer) => ask('POST', '/whip/cam', headers, body);
  const said = async (response: Response) => [response.status, (await response.text()).trim()] as const;
  assert.equal((await post({ ...bearer('k'), 'content-type': 'text/plain' })).status, 415);
  assert.match((await said(await post(sdp)))[1], /a key is missing/);
  assert.deepEqual(await said(await post({ ...sdp, ...bearer('k') }, 'v=0\r\n')), [
    406,
    'the offer has neither a picture nor sound (m=video, m=audio)',
  ]);
  assert.equal((await post({ ...sdp, ...bearer('k') }, `v=0\r\n${'a=x\r\n'.repeat(20_000)}`)).status, 413);
  assert.equal(callers.length, 0);
  for (const [why, status] of [
    ['denied', 401],
    ['busy', 409],
    ['full', 503],
    ['closing', 503],
    ['invalid', 400],
  ] as const) {
    refuse(why);
    const response = await post({ ...sdp, ...bearer('k') });
    assert.equal(response.headers.has('retry-after'), status === 503);
    assert.equal(response.headers.has('www-authenticate'), status === 401);
    assert.deepEqual(await said(response), [status, `it is ${why}`]);
  }
});

test('candidates may trickle in; ICE does not begin anew', async (t) => {
  const { begin, ask, candidates } = await ground(t);
  const { path, tag } = await begin();
  const candidate = 'candidate:1 1 udp 1 192.0.2.7 5000 typ host';
  const fragment = (ufrag: string) =>
    `a=ice-ufrag:${ufrag}\r\nm=video 9 X 0\r\na=mid:0\r\na=${candidate}\r\n`;
  const patch = async (match: string | undefined, body: string, type = 'application/trickle-ice-sdpfrag') => {
    const headers = {
      ...bearer('k'),
      'content-type': type,
      ...(match === undefined ? {} : { 'if-match': match }),
    };
    return (await ask('PATCH', path, headers, body)).status;
  };
  assert.equal(await patch(tag, fragment('abcd')), 204);
  assert.deepEqual(candidates, [candidate]);
  assert.equal(await patch(undefined, fragment('abcd')), 428);
  assert.equal(await patch('"other"', fragment('abcd')), 412);
  assert.equal(await patch('*', fragment('efgh')), 422);
  assert.equal(await patch(tag, fragment('abcd'), 'application/sdp'), 415);
  assert.equal(candidates.length, 1);
});

test('pages of others may ask what they may ask; other methods are not allowed', async (t) => {
  const { ask, begin } = await ground(t);
  const { path } = await begin();
  const asked = await ask('OPTIONS', '/whip/cam');
  assert.equal(asked.status, 204);
  assert.equal(asked.headers.get('accept-post'), 'application/sdp');
  assert.match(asked.headers.get('access-control-allow-headers') ?? '', /Authorization/);
  assert.match(
    (await ask('OPTIONS', path)).headers.get('access-control-allow-methods') ?? '',
    /PATCH, DELETE/,
  );
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'])
    assert.equal((await ask(method, '/whip/cam')).status, 405, method);
  for (const method of ['GET', 'PUT', 'POST']) assert.equal((await ask(method, path)).status, 405, method);
  assert.equal((await ask('GET', '/elsewhere')).status, 404);
});

test('servers of ICE are told in a header of their own each', async (t) => {
  const iceServers = readIceServers(
    JSON.stringify([
      { urls: 'stun:s.example:3478' },
      { urls: ['turn:t.example'], username: 'u"', credential: 'p' },
    ]),
    'a file',
  );
  const { begin } = await ground(t, { iceServers });
  assert.equal(
    (await begin()).response.headers.get('link'),
    '<stun:s.example:3478>; rel="ice-server", <turn:t.example>; rel="ice-server"; username="u\\""; credential="p"; credential-type="password"',
  );
  assert.throws(
    () => readIceServers('[{"urls":"http://x","credential":"secret"}]', 'ice.json'),
    /^(?!.*secret).*ice\.json/,
  );
});

test('a sender that is told to go, or closes, or never comes, leaves its seat', async (t) => {
  await t.test('told to go', async (t) => {
    const lines: string[] = [];
    const write = (_: object, line: string): void => void lines.push(line);
    const logger: Logger = Object.assign(Object.create(silentLogger) as Logger, {
      info: write,
      child: () => silentLogger,
    });
    const { begin, ask, dismissed, left } = await ground(t, { logger });
    const { path } = await begin();
    dismissed.abort(new Error('the key is over'));
    assert.deepEqual(left, ['cam']);
    assert.deepEqual(lines, ['WHIP: the session has ended: the key is over']);
    assert.equal((await ask('DELETE', path, bearer('k'))).status, 404);
  });
  await t.test('closed by the other side', async (t) => {
    const { begin, listener, left } = await ground(t);
    await begin();
    listener()?.onState('closed');
    assert.deepEqual(left, ['cam']);
  });
  await t.test('no media come', async (t) => {
    const gone = Promise.withResolvers<void>();
    const desk: WhipOptions['desk'] = {
      ask: async () => ({
        isAdmitted: true,
        seat: { signal: new AbortController().signal, send: async () => {}, leave: gone.resolve },
      }),
    };
    const { begin } = await ground(t, { desk, timing: { connect: 60 } });
    await begin();
    await gone.promise;
  });
});

test('where no peer can be made, the seat is free again and the sender may ask anew', async (t) => {
  const open = () => {
    throw new Error('too many open files');
  };
  const { ask, left } = await ground(t, { peers: async () => ({ open, close: () => {} }) });
  const response = await ask('POST', '/whip/cam', { ...sdp, ...bearer('k') }, offer);
  assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '5']);
  assert.deepEqual(left, ['cam']);
});

test('below a path of a proxy the address of a session is below it too', async (t) => {
  const { ask } = await ground(t);
  const rows = [
    ['/studio', '/studio/whip/cam/'],
    ['/studio/in/', '/studio/in/whip/cam/'],
    ['//elsewhere.example', '/whip/cam/'],
    ['studio', '/whip/cam/'],
    ['/a b', '/whip/cam/'],
    [`/${'a'.repeat(200)}`, '/whip/cam/'],
  ] as const;
  for (const [given, begins] of rows) {
    const headers = { ...sdp, ...bearer('k'), 'x-forwarded-prefix': given };
    const response = await ask('POST', '/whip/cam', headers, offer);
    const location = response.headers.get('location') ?? '';
    assert.ok(location.startsWith(begins), `${given}: ${location}`);
  }
});
