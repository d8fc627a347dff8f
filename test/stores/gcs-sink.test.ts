/** A bucket of Google Cloud Storage as a sink: the contract of all sinks, and what only such a bucket can show. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { ConfigurationError } from '../../src/errors.ts';
import type { Sink } from '../../src/stores/contract.ts';
import type { GcsOptions } from '../../src/stores/gcs/options.ts';
import type { GcsPlace } from '../../src/stores/gcs/place.ts';
import { openSinkAt } from '../../src/stores/open.ts';
import { isAway } from '../../src/stores/store-fault.ts';
import { VanishedError } from '../../src/stores/vanished.ts';
import { id, look, partOf, publishedAs } from '../contracts/sink/ground.ts';
import { groupPlace } from '../contracts/sink/group.ts';
import { sharedPlace } from '../contracts/sink/in-order.ts';
import { type SinkGround, sinkContract } from '../contracts/sink.ts';
import { type RunningGcs, startGcs } from '../support/gcs.ts';
import { type HttpFaultOptions, startHttpFaults } from '../support/http-faults.ts';
import { Scope } from '../support/owner.ts';
import { waitFor } from '../support/wait.ts';

const scope = new Scope();
let gcs: RunningGcs;
before(async () => {
  gcs = await startGcs(scope);
  Object.assign(process.env, gcs.environment);
});
after(() => scope.close());

async function placeInBucket(): Promise<GcsPlace> {
  const bucket = await gcs.bucket();
  return { store: 'gcs', bucket, prefix: 'backup/', url: `gs://${bucket}/backup` };
}

function openSink(place: GcsPlace, reader = 'office', options: GcsOptions = {}): Promise<Sink> {
  return openSinkAt(place, { reader, gcs: options });
}

async function ground(): Promise<SinkGround> {
  const place = await placeInBucket();
  const { bucket } = place;
  const keyOf = (target: string): string => place.prefix + target;
  return {
    open: (reader) => openSink(place, reader),
    read: async (target) => {
      const object = await gcs.look(bucket, keyOf(target));
      const bytes = await gcs.read(bucket, keyOf(target));
      if (object === undefined || bytes === undefined) return undefined;
      const mode = Number.parseInt(object.metadata?.mode ?? '0', 8) & 0o7777;
      return { bytes, mode, inode: object.generation };
    },
    large: 12 * 1024 * 1024,
    write: async (target, text) => void (await gcs.put(bucket, keyOf(target), text)),
    remove: (target) => gcs.remove(bucket, keyOf(target)),
    parts: async () => gcs.sessions.keys(bucket),
    cutPart: async () => gcs.sessions.expire(bucket),
    expires: true,
  };
}

sinkContract('A bucket of Google Cloud Storage', 'in-order', ground);
sharedPlace(ground);
groupPlace(async () => {
  const place = await placeInBucket();
  return (reader, group) => openSinkAt(place, { reader, group });
});

const large = 'x'.repeat(12 * 1024 * 1024 + 7);

test('An object says of itself what it is, by the names that rclone and Google’s own tools have', async () => {
  const place = await placeInBucket();
  const sink = await openSink(place, 'office', { storageClass: 'NEARLINE' });
  const said = {
    mtime: '2023-11-14T22:13:20.123456Z',
    'goog-reserved-file-mtime': '1700000000',
    mode: '100640',
    'sluice-upload': id(1),
    'sluice-uploader': 'sh%C3%B6p',
  };
  await sink.publishWhole(Buffer.from('x'), 'shöp/a.jpg', look, publishedAs('x'));
  await sink.part(id(1), partOf('shöp/b.jpg', large)).write(Buffer.from(large), 0);
  await sink.publish(id(1), 'shöp/b.jpg', look, publishedAs(large));
  for (const [name, text] of [
    ['a', 'x'],
    ['b', large],
  ] as const) {
    const object = await gcs.look(place.bucket, `backup/shöp/${name}.jpg`);
    const { digest } = publishedAs(text);
    assert.deepEqual(object?.metadata, {
      ...said,
      md5chksum: Buffer.from(digest.slice(4), 'hex').toString('base64'),
      'sluice-digest': digest,
      'sluice-size': String(text.length),
    });
    assert.deepEqual([object.contentType, object.storageClass], ['image/jpeg', 'NEARLINE']);
  }
  const journal = await gcs.look(place.bucket, 'backup/.sluice/office/journal.json');
  assert.equal(journal?.storageClass, 'STANDARD');
  await sink.close();
});

test('What stood there already keeps what it said of itself, and its headers', async () => {
  const place = await placeInBucket();
  const kept = { contentType: 'text/x-special', cacheControl: 'max-age=7', contentLanguage: 'de' };
  await gcs.put(place.bucket, 'backup/shop/a', 'a', { ...kept, metadata: { Own: 'x', title: 'café' } });
  const sink = await openSink(place);
  await sink.adopt('shop/a', publishedAs('a'), look);
  assert.deepEqual(await sink.published('shop/a'), publishedAs('a'));
  const object = await gcs.look(place.bucket, 'backup/shop/a');
  for (const [name, value] of Object.entries(kept)) assert.equal(object?.[name as 'name'], value, name);
  const { Own, title, own, mtime } = object?.metadata ?? {};
  assert.deepEqual([Own, title, own, mtime], ['x', 'café', undefined, '2023-11-14T22:13:20.123456Z']);
  await sink.close();
});

async function behind(t: TestContext, judge: HttpFaultOptions['judge']) {
  const proxy = await startHttpFaults(t, { target: gcs.port, judge });
  const place = await placeInBucket();
  const endpoint = `http://127.0.0.1:${proxy.port}`;
  return { place, sink: await openSink(place, 'office', { endpoint, anonymous: true }) };
}

/** Bytes that a request carries of a file, by its `Content-Range`. */
function carried(range: string | undefined): number {
  const [, from, last] = /^bytes (\d+)-(\d+)\//.exec(range ?? '') ?? [];
  return from === undefined ? 0 : Number(last) + 1 - Number(from);
}

async function publishLarge(sink: Sink, target = 'shop/a', upload = id(1)): Promise<void> {
  const patiently = async (work: () => Promise<unknown>): Promise<void> => {
    for (let tries = 0; ; tries++) {
      try {
        await work();
        return;
      } catch (error) {
        if (!isAway(error) || tries > 20) throw error;
      }
    }
  };
  await patiently(() => sink.part(upload, partOf(target, large)).write(Buffer.from(large), 0));
  await patiently(() => sink.publish(upload, target, look, publishedAs(large, upload)));
}

test('Parts that fail before, amid or behind their bytes are sent again, and nothing twice that arrived', async (t) => {
  let [sent, uploads] = [0, 0];
  const { place, sink } = await behind(t, ({ headers: { 'content-range': range } }) => {
    sent += carried(range);
    if (carried(range) === 0) return undefined;
    uploads++;
    // An answer that is cut off is one to bytes that arrived.
    if (uploads === 2) return { cutAfter: 0 };
    return uploads === 3 ? { status: 503, code: 'backendError' } : undefined;
  });
  await publishLarge(sink);
  assert.equal((await gcs.read(place.bucket, 'backup/shop/a'))?.toString(), large);
  assert.equal((await gcs.keys(place.bucket)).filter((key) => !key.includes('.sluice')).length, 1);
  assert.ok(sent <= large.length + 6 * 1024 * 1024, `${sent} bytes`);
  await sink.close();
});

test('An object whose making was not answered stands once, and is described', async (t) => {
  let isLost = false;
  const { place, sink } = await behind(t, ({ headers: { 'content-range': range = '' } }) => {
    if (!/\/\d+$/.test(range) || isLost) return undefined;
    isLost = true;
    return { cutAfter: 0 };
  });
  await publishLarge(sink);
  assert.equal(isLost, true);
  const object = await gcs.look(place.bucket, 'backup/shop/a');
  assert.equal(object?.metadata?.['sluice-digest'], publishedAs(large).digest);
  await sink.close();
});

test('What was damaged on its way is no object, and begun anew', async (t) => {
  const place = await placeInBucket();
  const sink = await openSink(place);
  const bytes = Buffer.from(large);
  gcs.keep(({ headers }) => {
    // As if other bytes had been summed up.
    if (headers['x-goog-hash'] !== undefined) headers['x-goog-hash'] = 'crc32c=AAAAAA==';
    return undefined;
  });
  t.after(() => gcs.keep(undefined));
  await sink.part(id(1), partOf('shop/a', large)).write(bytes, 0);
  await assert.rejects(sink.publish(id(1), 'shop/a', look, publishedAs(large)), VanishedError);
  assert.equal(await gcs.look(place.bucket, 'backup/shop/a'), undefined);
  gcs.keep(undefined);
  await sink.clear(id(1));
  await publishLarge(sink);
  assert.equal((await gcs.read(place.bucket, 'backup/shop/a'))?.toString(), large);
  await sink.close();
});

test('What was begun when something else stood there is begun anew, and replaces what stands there by then', async () => {
  const place = await placeInBucket();
  const sink = await openSink(place);
  await sink.part(id(2), partOf('shop/a', large)).write(Buffer.from(large), 0);
  await sink.publishWhole(Buffer.from('older'), 'shop/a', look, publishedAs('older', id(1)));
  await assert.rejects(sink.publish(id(2), 'shop/a', look, publishedAs(large, id(2))), VanishedError);
  assert.equal((await gcs.read(place.bucket, 'backup/shop/a'))?.toString(), 'older');
  await sink.clear(id(2));
  await publishLarge(sink, 'shop/a', id(2));
  assert.deepEqual(await sink.published('shop/a'), publishedAs(large, id(2)));
  assert.deepEqual(gcs.sessions.keys(place.bucket), []);
  await sink.close();
});

test('The journal holds nothing by which others could write', async () => {
  const place = await placeInBucket();
  const sink = await openSink(place);
  await sink.part(id(1), partOf('shop/a', large)).write(Buffer.from(large.slice(1)), 0);
  const begun = (): boolean => gcs.sessions.keys(place.bucket).includes('backup/shop/a');
  await waitFor(begun, { what: 'an open upload' });
  await sink.checkpoint([]);
  const journal = await gcs.read(place.bucket, 'backup/.sluice/office/journal.json');
  assert.match(String(journal), /"open":\[\]/);
  assert.doesNotMatch(String(journal), /upload_id/);
  await sink.close();
  assert.deepEqual(gcs.sessions.keys(place.bucket), []);
});

test('An object under retention is one file’s matter, and a bucket that nobody may write to the run’s', async (t) => {
  const place = await placeInBucket();
  const sink = await openSink(place);
  t.after(() => gcs.keep(undefined));
  const forbidden = (reason: string) => ({
    status: 403,
    body: JSON.stringify({ error: { message: reason, errors: [{ reason }] } }),
  });
  gcs.keep(({ method }) => (method === 'POST' ? forbidden('retentionPolicyNotMet') : undefined));
  const put = () => sink.publishWhole(Buffer.from('x'), 'shop/a', look, publishedAs('x'));
  await assert.rejects(put(), { name: 'StoreFault', code: 'EACCES', message: /it is kept as it is/ });
  gcs.keep(({ method }) => (method === 'DELETE' ? forbidden('forbidden') : undefined));
  await assert.rejects(openSink(place, 'other'), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /access is denied.*has to write, read and remove below gs:\/\//);
    return true;
  });
  gcs.keep(undefined);
  await sink.close();
});
