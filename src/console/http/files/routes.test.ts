import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { startConsole } from '../../../../test/support/console.ts';
import { get } from '../../../../test/support/delivery.ts';
import { Flow, noise } from '../../../../test/support/flow.ts';
import { MadeModel } from '../../../../test/support/made-model.ts';
import { waitFor } from '../../../../test/support/wait.ts';
import { catFrom } from '../../../files/cat.ts';
import { KafkaError } from '../../../kafka/contract.ts';
import type { FileRow } from '../../contract.ts';
import type { FileBytes } from './routes.ts';

/** A console over files that were sent through a cluster in memory. */
async function room(t: TestContext, files: Readonly<Record<string, Buffer>>) {
  const flow = new Flow();
  for (const [path, bytes] of Object.entries(files)) flow.source.write(path, bytes);
  await flow.up({ packBelow: 100 });
  const model = new MadeModel(flow.topic);
  model.rows = flow.uploadEvents.flatMap((event): FileRow[] =>
    event.type === 'sent' ? [rowOf(flow.uploader, event)] : [],
  );
  const kafka = flow.cluster.client();
  t.after(() => kafka.close());
  const bytes: FileBytes = (file, upload, signal) =>
    catFrom(kafka, { kafka: {}, topic: flow.topic, file, upload, signal });
  return { ...(await startConsole(t, { model, bytes })), flow, model };
}

function rowOf(
  uploader: string,
  { path, upload, size, digest }: { path: string; upload: string; size: number; digest: string },
): FileRow {
  const id = `${uploader}/${path}`;
  const at = 1_700_000_000_000;
  return { id, uploader, path, upload, size, digest, state: 'sent', done: size, mtime: at, at };
}

const long = noise(20_000);

test('A file comes as it was sent, with what is known of it', async (t) => {
  const { url, model } = await room(t, {
    'a b/ü #1%.html': long,
    small: Buffer.from('small'),
    empty: Buffer.alloc(0),
  });
  const { status, headers, body } = await get(`${url}files/shop/a%20b/%C3%BC%20%231%25.html`);
  assert.equal(status, 200);
  assert.ok(body.equals(long));
  const [row] = model.rows.filter(({ size }) => size === long.length);
  assert.equal(headers.etag, `"${row?.digest}"`);
  const sum = createHash('sha256').update(long).digest('base64');
  assert.equal(headers['repr-digest'], `sha-256=:${sum}:`);
  assert.equal(headers['content-length'], String(long.length));
  // Whatever is in it, it runs nothing in our name.
  assert.equal(headers['content-type'], 'application/octet-stream');
  assert.match(String(headers['content-security-policy']), /sandbox/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(
    headers['content-disposition'],
    `attachment; filename="_ #1_.html"; filename*=UTF-8''%C3%BC%20%231%25.html`,
  );
  assert.equal(
    (
      await get(`${url}files/shop/small?upload=${model.rows.find(({ path }) => path === 'small')?.upload}`)
    ).body.toString(),
    'small',
  );
  const empty = await get(`${url}files/shop/empty`);
  assert.deepEqual([empty.status, empty.headers['content-length'], empty.body.length], [200, '0', 0]);
  const head = await get(`${url}files/shop/small`, {}, 'HEAD');
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '5', 0]);
});

test('Parts of a file are the bytes that were asked for, whichever', async (t) => {
  const { url, model } = await room(t, { long });
  const tag = `"${model.rows[0]?.digest}"`;
  const asked: readonly (readonly [string, number, number])[] = [
    ['bytes=0-0', 0, 1],
    ['bytes=0-', 0, 20_000],
    ['bytes=700-1399', 700, 1400],
    ['bytes=19999-', 19_999, 20_000],
    ['bytes=-1', 19_999, 20_000],
    ['bytes=-99999', 0, 20_000],
    ['bytes=5000-99999', 5000, 20_000],
  ];
  for (const [range, from, to] of asked) {
    const { status, headers, body } = await get(`${url}files/shop/long`, { range, 'if-range': tag });
    assert.equal(status, 206, range);
    assert.equal(headers['content-range'], `bytes ${from}-${to - 1}/20000`);
    assert.ok(body.equals(long.subarray(from, to)), range);
  }
  const beyond = await get(`${url}files/shop/long`, { range: 'bytes=20000-' });
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */20000']);
  const changed = await get(`${url}files/shop/long`, { range: 'bytes=0-0', 'if-range': '"sha256:0"' });
  assert.deepEqual([changed.status, changed.body.length], [200, 20_000]);
  const several = await get(`${url}files/shop/long`, { range: 'bytes=0-0,5-5' });
  assert.equal(several.status, 200);
  // Who goes on with what it has of another version is not given bytes of this one.
  for (const [ifMatch, status] of [
    ['"sha256:0"', 412],
    [`W/${tag}`, 412],
    [`"x", ${tag}`, 206],
    ['*', 206],
  ] as const) {
    const goesOn = await get(`${url}files/shop/long`, { range: 'bytes=0-9', 'if-match': ifMatch });
    assert.deepEqual([goesOn.status, goesOn.body.length], [status, status === 206 ? 10 : 0], ifMatch);
  }
  const known = await get(`${url}files/shop/long`, { 'if-none-match': `W/${tag}` });
  assert.deepEqual([known.status, known.body.length, known.headers.etag], [304, 0, tag]);
});

test('What is no file, or cannot be had, is told before anything is sent', async (t) => {
  const { url, model, flow } = await room(t, { long });
  const [row] = model.rows;
  for (const path of [
    'shop/nothing',
    'shop/',
    'shop',
    '',
    '..%2Fetc/a',
    'shop/a%2Fb',
    'shop/%2e%2e/a',
    'shop/a//b',
  ])
    assert.equal((await get(`${url}files/${path}`)).status, 404, path);
  assert.equal((await get(`${url}files/shop/long?upload=a&upload=b`)).status, 404);
  model.events = [{ at: 1, what: 'sent', upload: 'other', size: 5, digest: 'sha256:00', isKept: false }];
  assert.equal((await get(`${url}files/shop/long?upload=other`)).status, 410);
  assert.equal((await get(`${url}files/shop/long?upload=strange`)).status, 404);
  model.rows = [{ ...row!, isLocked: true }];
  assert.equal((await get(`${url}files/shop/long`)).status, 403);
  model.rows = [row!];
  for (const partition of [0, 1, 2]) {
    const ends = await flow.cluster.client().offsets(flow.topic, 'latest');
    flow.cluster.deleteRecords(flow.topic, partition, ends.get(partition) ?? 0);
  }
  const gone = await get(`${url}files/shop/long`);
  assert.equal(gone.status, 410);
  assert.match(gone.body.toString(), /not on the topic any more/);
});

test('Where the model knows no digest, the history of a file is read once for all its parts', async (t) => {
  const { url, model } = await room(t, { long });
  const [{ digest = '', ...row } = { digest: '' } as FileRow] = model.rows;
  // Others have its name within theirs, and are newer.
  const others = Array.from({ length: 600 }, (_, at) => ({
    ...row,
    id: `${row.id}${at}`,
    path: `long${at}`,
  }));
  model.rows = [...others, row];
  model.events = [{ at: 1, what: 'sent', upload: row.upload, size: row.size, digest, isKept: true }];
  let reads = 0;
  const { fileHistory } = model;
  model.fileHistory = (...asked) => {
    reads += 1;
    return fileHistory.apply(model, asked);
  };
  for (const from of [0, 5, 700]) {
    const { status, body, headers } = await get(`${url}files/shop/long`, {
      range: `bytes=${from}-${from + 9}`,
    });
    assert.equal(status, 206);
    assert.ok(body.equals(long.subarray(from, from + 10)));
    assert.equal(headers['last-modified'], new Date(row.mtime).toUTCString());
  }
  assert.equal(reads, 1);
  model.rows = [{ ...row, isLocked: true }, ...others];
  assert.equal((await get(`${url}files/shop/long`)).status, 403);
  // Of a version that was sent since, what is known of the former one says nothing.
  model.rows = [{ ...row, upload: 'newer' }];
  model.events = [{ at: 2, what: 'sent', upload: 'newer', size: 5, digest: 'sha256:00', isKept: false }];
  assert.equal((await get(`${url}files/shop/long`, {}, 'HEAD')).status, 410);
  model.fileHistory = () => Promise.reject(new KafkaError('closed', 'no broker answers'));
  for (const path of ['files/shop/long', 'api/files/history?uploader=shop&path=long']) {
    const away = await get(`${url}${path}`);
    assert.deepEqual([away.status, away.headers['retry-after']], [503, '5'], path);
    assert.match(away.body.toString(), /no broker answers/);
  }
});

/** Pieces, and then what is wrong with them. */
async function* spoiled(pieces: readonly Buffer[], fault: string | undefined): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (fault !== undefined) throw new Error(fault);
}

/** Whether all came that was promised; how many bytes came. */
function fetched(url: string, headers = {}): Promise<{ isWhole: boolean; bytes: number; status?: number }> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (response) => {
      let bytes = 0;
      const status = response.statusCode ?? 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      response.on('error', () => {});
      response.on('close', () => resolve({ isWhole: response.complete, bytes, status }));
    })
      .on('error', reject)
      .end();
  });
}

test('What is not as it should be never comes as a whole file', async (t) => {
  const pieces = [long.subarray(0, 9000), long.subarray(9000)];
  const model = new MadeModel();
  model.rows = [rowOf('shop', { path: 'a', upload: '1', size: 20_000, digest: 'sha256:00' })];
  let bytes: FileBytes = () => spoiled(pieces, undefined);
  const { url, server } = await startConsole(t, { model, bytes: (...asked) => bytes(...asked) });
  const place = `${url}files/shop/a`;
  assert.deepEqual(await fetched(place), { isWhole: true, bytes: 20_000, status: 200 });
  // Its digest is another one: that is known when all bytes are there.
  bytes = () => spoiled(pieces, 'its digest is another one');
  const wrong = await fetched(place);
  assert.deepEqual([wrong.isWhole, wrong.status], [false, 200]);
  assert.ok(wrong.bytes < 20_000);
  const tail = await fetched(place, { range: 'bytes=-100' });
  assert.deepEqual([tail.isWhole, tail.status], [false, 206]);
  // Fewer bytes than were promised, and more.
  bytes = () => spoiled(pieces.slice(0, 1), undefined);
  assert.equal((await fetched(place)).isWhole, false);
  bytes = () => spoiled([...pieces, long.subarray(0, 1)], undefined);
  assert.equal((await fetched(place)).isWhole, false);
  // Before anything was sent, it is said.
  bytes = () => spoiled([], 'gone');
  assert.equal((await fetched(place)).status, 503);
  assert.deepEqual(server.mounted.counts, { underWay: 0, whole: 1, broken: 5 });
});

test('Who reads nothing holds up the reading of the topic, and who goes ends it', async (t) => {
  const piece = Buffer.alloc(1024 * 1024);
  let given = 0;
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (; given < 1000; given += 1) yield piece;
    } finally {
      ended = true;
    }
  }
  const model = new MadeModel();
  model.rows = [rowOf('shop', { path: 'a', upload: '1', size: 1000 * piece.length, digest: 'sha256:00' })];
  const { url, server } = await startConsole(t, { model, bytes: endless });
  const response = await new Promise<IncomingMessage>((resolve) =>
    request(`${url}files/shop/a`, { agent: false }, resolve).end(),
  );
  response.pause();
  // As much as the system holds for a connection, and no more.
  let before = -1;
  while (before !== given) {
    before = given;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.ok(given < 50, `${given} MiB were read`);
  response.destroy();
  await waitFor(() => ended && server.mounted.counts.underWay === 0);
});
