/** Schemas: each is one, holds what is written, and nothing else. Real runs are held to them by test/integration/schema-events.test.ts and `npm run test:schemas`. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { faultOf } from '../../test/support/schemas.ts';
import type { UploadEvent } from '../files/shared/events.ts';
import { encodeClaim } from '../records/live-claim.ts';
import { encodeIndexEntry } from '../records/live-index.ts';
import { encodeLiveHeaders, type LiveRecord } from '../records/live-record.ts';
import { encodeSenderKey } from '../records/sender-key.ts';
import { encodeFileState, encodeLease, encodeOrigin, encodeReady } from '../records/state-record.ts';
import { catalogue } from './catalogue.ts';
import { loadSchemas } from './load.ts';
import { register } from './registry.ts';
import { type Answer, askingAt } from './registry-http.ts';

const json = (value: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(value as Uint8Array).toString());

/** With each field left out in turn, and with one more: what nobody has noticed. */
function unnoticed(
  name: string,
  value: Readonly<Record<string, unknown>>,
  optional: readonly string[],
  isOpen = false,
): string[] {
  assert.equal(faultOf(name, value), undefined);
  const without = Object.keys(value)
    .filter((field) => !optional.includes(field))
    .filter((field) => {
      const { [field]: _, ...rest } = value;
      return faultOf(name, rest) === undefined;
    });
  return [
    ...without,
    ...(isOpen || faultOf(name, { ...value, unknown: 1 }) !== undefined ? [] : ['unknown']),
  ];
}

test('The catalogue and the schemas are of each other', async () => {
  const schemas = await loadSchemas();
  assert.deepEqual(
    Object.keys(schemas),
    catalogue.map(({ name }) => name),
  );
  for (const { name } of catalogue)
    assert.match(String(faultOf(name, { type: 'no such thing' })), /no such thing/);
});

test('An event with a field too many, or too few, is none', () => {
  const sent: UploadEvent = {
    ...{ type: 'sent', path: 'a', upload: '0', size: 1, digest: 'md5:0', resumedFrom: 0, seconds: 1 },
    copyOf: 'b',
  };
  assert.deepEqual(unnoticed('upload', { ...sent }, ['copyOf']), []);
  assert.deepEqual(unnoticed('download', { type: 'lost', message: 'a' }, []), []);
  assert.deepEqual(unnoticed('serve', { type: 'stream', stream: 'a', state: 'live' }, []), []);
  assert.deepEqual(unnoticed('upload', { type: 'error', message: 'a', exitCode: 2 }, []), []);
  assert.match(String(faultOf('serve', { type: 'stream', stream: 'a', state: 'odd' })), /odd/);
});

test('Headers of live media are held to the writer of them', () => {
  const numbers = { stream: 'cam', epoch: 1, sequence: 2, media: 3, ordinal: 4, discontinuities: 0 };
  const times = {
    timescale: 15_360,
    time: 0,
    duration: 2560,
    captured: 1_790_000_000_000_000,
    discontinuity: true,
  };
  const facts = {
    codecs: 'avc1.64001f',
    width: 640,
    height: 360,
    frameRate: 30_000,
    bandwidth: 2,
    averageBandwidth: 1,
  };
  const records: LiveRecord[] = [
    { ...numbers, kind: 'init', rendition: 'main', facts, targets: { part: 1, segment: 2 } },
    {
      ...numbers,
      ...times,
      ...{ kind: 'part', rendition: 'main', part: 0, chunk: 0, lastChunk: true, keyframe: true },
    },
    { ...numbers, ...times, kind: 'gap' },
    { ...numbers, kind: 'end' },
  ];
  for (const record of records) {
    const headers = Object.fromEntries(
      encodeLiveHeaders(record).map(([name, value]) => [name, Buffer.from(value).toString()]),
    );
    assert.deepEqual(unnoticed('record-live-headers', headers, []), [], record.kind);
  }
});

test('Records are held to the writers of them; others may say more in them', () => {
  const upload = `${'0'.repeat(15)}1${'0'.repeat(16)}`;
  const file = {
    ...{ topic: 'x', upload, state: 'sent' as const, partition: 0, first: 0, last: 0, acked: 1 },
    fingerprint: { size: 1, mtime: '1', ctime: '1', inode: '1' },
    digest: `md5:${'0'.repeat(32)}`,
  } as const;
  const claim = {
    ...{
      stream: 'cam',
      state: 'live' as const,
      epoch: 1,
      owner: 'a',
      host: 'b',
      lasts: 10_000,
      partition: 0,
      began: 1,
    },
    ...{ media: 0, discontinuities: 0, offset: 0, targets: { part: 1, segment: 2 } },
  } as const;
  const end = { stream: 'cam', kind: 'end', epoch: 1, media: 1, discontinuities: 0, captured: 1 } as const;
  const key = { digest: '0'.repeat(64), streams: 'cam-*', name: '', created: 1 };
  const lease = { topic: 'x', owner: 'a', host: 'b', pid: 1, lasts: 1000 };
  const written = {
    'record-state-file': encodeFileState('u', 'p', file),
    'record-state-lease': encodeLease('u', lease),
    'record-state-ready': encodeReady('u', { topic: 'x' }),
    'record-state-origin': encodeOrigin({ topic: 'x', cluster: 'c', ends: [1] }),
    'record-streams': encodeClaim(claim),
    'record-index': encodeIndexEntry(end),
    'record-keys': encodeSenderKey(key),
  };
  for (const [name, { value }] of Object.entries(written)) {
    const optional = ['digest', 'cluster'];
    assert.deepEqual(unnoticed(name, json(value), optional, true), [], name);
  }
});

/** A registry that gives these answers, in this order. */
function answering(...answers: readonly Answer[]): { asked: string[]; ask: Parameters<typeof register>[0] } {
  const asked: string[] = [];
  return {
    asked,
    ask: async (method, path) => {
      asked.push(`${method} ${path}`);
      return answers[asked.length - 1] ?? { status: 500, body: {} };
    },
  };
}

const wanted = { name: 'upload', subject: 'a/b', schema: {} };
const none = { status: 404, body: { error_code: 40401, message: 'no such subject' } };

test('A schema is looked for, compared, and only then registered', async () => {
  const made = answering(none, none, { status: 200, body: { id: 7 } });
  const subject = { name: 'upload', subject: 'a/b' };
  assert.deepEqual(await register(made.ask, wanted, false), { ...subject, result: 'registered', id: 7 });
  assert.deepEqual(made.asked, [
    'POST /subjects/a%2Fb',
    'POST /compatibility/subjects/a%2Fb/versions/latest?verbose=true',
    'POST /subjects/a%2Fb/versions',
  ]);
  const dry = answering(none, { status: 200, body: { is_compatible: true } });
  assert.deepEqual(await register(dry.ask, wanted, true), { ...subject, result: 'would-register' });
  const no = answering(none, { status: 200, body: { is_compatible: false, messages: ['x', 'y'] } });
  assert.deepEqual(await register(no.ask, wanted, false), {
    ...subject,
    result: 'incompatible',
    message: 'x; y',
  });
  // Somebody else was quicker, with another one.
  const late = answering(none, none, { status: 409, body: { message: 'too late' } });
  assert.equal((await register(late.ask, wanted, false)).result, 'incompatible');
});

test('What a registry refuses is told with what to do', async () => {
  const told = (status: number, body: object = {}): Promise<string> =>
    register(answering({ status, body: { ...body } }).ask, wanted, false).then(
      () => '',
      (error: Error) => error.message,
    );
  assert.match(
    await told(401, { message: 'who?' }),
    /does not know who asks \(who\?\).*basic\.auth\.user\.info/,
  );
  assert.match(await told(403), /does not let this user register/);
  assert.match(await told(404, { error_code: 404 }), /there is no registry of schemas at that URL/);
  assert.match(await told(422), /takes no JSON Schema/);
  // Confluent's mode READONLY.
  const frozen = { error_code: 42205, message: 'Subject a/b is in read-only mode' };
  assert.match(await told(422, frozen), /cannot register a\/b: Subject a\/b is in read-only mode/);
  assert.match(await told(308), /HTTP 308/);
  assert.match(await told(500), /cannot register a\/b: HTTP 500/);
});

test('What answers as a page does is no registry, whatever its status is', async () => {
  const page = { status: 200, body: {} };
  await assert.rejects(register(answering(page).ask, wanted, false), /there is no registry of schemas/);
  await assert.rejects(register(answering(none, none, page).ask, wanted, false), /there is no registry/);
  const nothing = { status: 404, body: {} };
  const dry = answering(nothing, nothing, nothing);
  await assert.rejects(register(dry.ask, wanted, true), /there is no registry/);
  // A registry that leaves out its numbers.
  const terse = answering(nothing, { status: 200, body: [] as never }, nothing);
  assert.equal((await register(terse.ask, wanted, true)).result, 'would-register');
  // One whose numbers are those of HTTP.
  for (const error_code of [404, 0]) {
    const no = { status: 404, body: { error_code, message: 'No artifact' } };
    const made = { status: 200, body: { id: 2 ** 40 } };
    const old = answering(no, { status: 200, body: [] as never }, no, made);
    assert.equal((await register(old.ask, wanted, false)).id, 2 ** 40);
    const other = answering(no, no);
    await assert.rejects(register(other.ask, wanted, false), /there is no registry/);
  }
});

async function served(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('A path and a query of the URL stay where they are', async (t) => {
  const asked: (string | undefined)[] = [];
  const url = await served(t, ({ url: path }, response) => {
    asked.push(path);
    response.end('{}');
  });
  for (const base of [url, `${url}/`, `${url}/apis/ccompat/v7/`, `${url}/v7?group=a`])
    await askingAt(base, {})('GET', '/subjects/a%2Fb?verbose=true');
  assert.deepEqual(asked, [
    '/subjects/a%2Fb?verbose=true',
    '/subjects/a%2Fb?verbose=true',
    '/apis/ccompat/v7/subjects/a%2Fb?verbose=true',
    '/v7/subjects/a%2Fb?group=a&verbose=true',
  ]);
});

test('A redirection is named, and an answer without end is cut off', async (t) => {
  const moved = await served(t, (_, response) => {
    response.writeHead(308, { location: 'https://registry.example.com/subjects' }).end();
  });
  await assert.rejects(
    register(askingAt(moved, {}), wanted, false),
    /https:\/\/registry\.example\.com\/subjects/,
  );
  const endless = await served(t, (_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1_000_000, ' ')));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(askingAt(endless, {})('GET', '/subjects'), /the answer is too long/);
});
