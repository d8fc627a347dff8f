import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ConfigurationError, SluiceError } from '../../errors.ts';
import { authorizer } from './authorize.ts';
import type { Caller } from './contract.ts';

const caller: Caller = { protocol: 'rtmp', stream: 'cam', key: 'k 1', address: '[2001:db8::1]:4711' };

async function open(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(`${request.method} ${String((await Array.fromAsync(request)).join(''))}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

test('It is asked and told by fields, as JSON and as a form', async (t) => {
  const { host, bodies } = await open(t, (request, response) => {
    response.statusCode = request.headers.authorization === 'Basic dTpwOg==' ? 204 : 403;
    response.end();
  });
  const json = authorizer({ url: `http://u:p%3a@${host}/on`, form: 'json' });
  assert.deepEqual(await json.ask(caller), { isGood: true });
  await json.left(caller);
  const form = authorizer({ url: `http://${host}/on`, form: 'form' });
  assert.deepEqual(await form.ask(caller), {
    isGood: false,
    message: 'stream "cam" may not be sent by this key',
  });
  const more = '"app":"live","name":"cam","stream":"cam","key":"k 1","addr":"2001:db8::1","protocol":"rtmp"}';
  assert.deepEqual(bodies, [
    `POST {"call":"publish",${more}`,
    `POST {"call":"publish_done",${more}`,
    'POST call=publish&app=live&name=cam&stream=cam&key=k+1&addr=2001%3Adb8%3A%3A1&protocol=rtmp',
  ]);
});

test('Nobody is let in by one that sends elsewhere, is slow, or is away', async (t) => {
  const { host } = await open(t, ({ url }, response) => {
    if (url === '/slow') return;
    response.writeHead(302, { location: '/yes' }).end();
  });
  const elsewhere = await authorizer({ url: `http://${host}/`, form: 'json' }).ask(caller);
  assert.equal(elsewhere.isGood, false);
  const slow = authorizer({ url: `http://${host}/slow`, form: 'json', timeout: 50 });
  await assert.rejects(slow.ask(caller), SluiceError);
  await slow.left(caller);
  await assert.rejects(authorizer({ url: 'http://127.0.0.1:1/', form: 'json' }).ask(caller), SluiceError);
  for (const url of ['', 'file:///etc/passwd', 'example.org', 'http://u:50%@example.org/'])
    assert.throws(() => authorizer({ url, form: 'json' }), ConfigurationError);
});
