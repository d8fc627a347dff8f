import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { csrfOf, startConsole } from '../../../test/support/console.ts';
import { madeUploads } from '../../../test/support/made-uploads.ts';
import { Random } from '../../../test/support/random.ts';

const routes = [
  ...['', 'login', 'login/back', 'api/session', 'api/overview', 'api/history', 'api/files', 'api/keys'],
  ...['api/files/history', 'api/files/resend', 'api/keys/abcdefabcdef', 'files/shop/a', 'files/', 'uploads/'],
  ...[
    'uploads/00000000000000000000000000000000',
    'assets/x.js',
    'assets/..%2f..',
    'nothing',
    '%00',
    '%E0%A4%A',
  ],
];
const methods = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'];
const words = [
  ...[
    '',
    '*',
    '__proto__',
    '../x',
    '%00',
    '%2e%2e',
    'a'.repeat(300),
    '-1',
    '1e400',
    '{}',
    '[]',
    '\u00ff',
    '**a*',
  ],
  ...[
    'null',
    '"',
    '9007199254740993',
    'bytes=0-',
    'bytes=-0',
    'bytes=9-1',
    'bytes=a-b',
    'bytes=0-0,-1',
    'W/"x"',
  ],
];
const names = ['search', 'uploader', 'path', 'state', 'after', 'limit', 'upload', '__proto__', 'constructor'];
const headers = [
  ...['range', 'if-range', 'if-match', 'if-none-match', 'cookie', 'authorization', 'origin', 'x-sluice-csrf'],
  ...['content-type', 'tus-resumable', 'upload-length', 'upload-offset', 'upload-metadata', 'upload-concat'],
  ...['upload-defer-length', 'x-http-method-override', 'x-forwarded-host', 'transfer-encoding', 'expect'],
];

/** One request as it is, and the status of the answer; undefined: the connection was closed. */
function said(port: number, text: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text, 'latin1'));
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece.toString('latin1');
      // A stream of events has no end.
      if (answer.includes('text/event-stream')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () =>
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? Number.NaN) || undefined),
    );
  });
}

test('Whatever somebody asks of the console, it is answered, refused or cut off, and never a fault of ours', async (t) => {
  const uploads = await madeUploads(t);
  const { url } = await startConsole(t, { services: { uploads } });
  const csrf = await csrfOf(url);
  const port = Number(new URL(url).port);
  const random = new Random(5);
  const line = () => {
    const method = random.pick(methods);
    const query = Array.from(
      { length: random.below(3) },
      () => `${random.pick(names)}=${random.pick(words)}`,
    );
    const target = `/console/${random.pick(routes)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
    const body = random.chance(0.5)
      ? random.pick(['{}', '{"__proto__":{}}', '{"token":1}', '[', 'x', ''])
      : '';
    const own = random.chance(0.6) ? [`x-sluice-csrf: ${csrf}`, 'tus-resumable: 1.0.0'] : [];
    const more = Array.from(
      { length: random.below(4) },
      () => `${random.pick(headers)}: ${random.pick(words)}`,
    );
    const type = random.pick(['application/json', 'application/offset+octet-stream', 'text/plain']);
    const fixed = [`host: 127.0.0.1:${port}`, `content-length: ${body.length}`, `content-type: ${type}`];
    return `${[`${method} ${target} HTTP/1.1`, ...fixed, ...own, ...more].join('\r\n')}\r\n\r\n${body}`;
  };
  const seen = new Set<number | undefined>();
  for (let round = 0; round < 60; round += 1) {
    const asked = Array.from({ length: 10 }, line);
    const answers = await Promise.all(asked.map((text) => said(port, text)));
    for (const [at, status] of answers.entries()) {
      seen.add(status);
      assert.ok(
        status === undefined || status < 500 || status === 501 || status === 503,
        `${status}: ${asked[at]}`,
      );
    }
  }
  assert.ok(seen.has(200) && seen.has(400) && seen.has(403) && seen.has(404), [...seen].join());
  assert.equal((await fetch(`${url}api/session`)).status, 200);
});
