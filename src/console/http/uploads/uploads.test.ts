import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { get } from '../../../../test/support/delivery.ts';
import {
  arrived,
  dropRoom,
  filesBelow,
  lengthOf,
  named,
  sent,
  started,
  tus,
} from '../../../../test/support/drop-room.ts';
import { Flow, noise } from '../../../../test/support/flow.ts';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { tusUpload } from '../../../../test/support/tus.ts';
import { waitFor } from '../../../../test/support/wait.ts';
import type { UploadEvent } from '../../../files/shared/events.ts';
import { silentLogger } from '../../../log.ts';
import { Uploads, type UploadsOptions } from './uploads.ts';

test('A dropped file goes to the topic under its path, and leaves the spool', async (t) => {
  const spool = await temporaryFolder(t);
  const { flow, endpoint, headers } = await dropRoom(t, spool);
  const bytes = noise(300_000);
  const metadata = { filename: 'b.bin', relativePath: 'photos/Ünder/b.bin' };
  await sent(tusUpload(bytes, { endpoint, headers, metadata, chunkSize: 100_000 }));
  assert.ok((await arrived(flow, 'photos/Ünder/b.bin')).equals(bytes));
  await sent(tusUpload(Buffer.alloc(0), { endpoint, headers, metadata: { filename: 'empty' } }));
  assert.equal((await arrived(flow, 'empty')).length, 0);
  await waitFor(async () => !(await filesBelow(join(spool, 'ready'))).length);
});

test('An upload that was cut off goes on where it was, after a restart of the server too', async (t) => {
  const spool = await temporaryFolder(t);
  const first = await dropRoom(t, spool);
  const bytes = noise(1_000_000);
  const metadata = { filename: 'long' };
  const { upload } = tusUpload(bytes, { ...first, metadata, chunkSize: 100_000 }, (taken) => {
    if (taken === 300_000) void upload.abort();
  });
  upload.start();
  await waitFor(
    async () =>
      (await filesBelow(spool)).length > 0 && upload.url !== null && lengthOf(upload.url!, first.headers),
  );
  const uploadUrl = upload.url!;
  await waitFor(async () => (await lengthOf(uploadUrl, first.headers)) === '300000');
  await first.close();
  const { flow, port } = first;
  const second = await dropRoom(t, spool, { flow, port });
  const sizes: number[] = [];
  const again = tusUpload(bytes, { ...second, uploadUrl, metadata, chunkSize: 100_000 }, (taken) =>
    sizes.push(taken),
  );
  await sent(again);
  assert.equal(sizes[0], 400_000);
  assert.ok((await arrived(flow, 'long')).equals(bytes));
  // Whoever did not hear that it was through asks, and hears it.
  assert.equal(await lengthOf(uploadUrl, second.headers), '1000000');
});

test('What was complete, and not sent when the server was killed, is sent by the next one', async (t) => {
  const spool = await temporaryFolder(t);
  const flow = new Flow();
  // It takes files, and nothing is sent.
  const first = await dropRoom(t, spool, {
    flow,
    send: () => Promise.reject(new Error('the cluster is away')),
  });
  const bytes = noise(5000);
  await sent(tusUpload(bytes, { ...first, metadata: { filename: 'folder/waits' } }));
  await waitFor(() => first.uploads.outbox.trouble === 'the cluster is away');
  await first.close();
  const second = await dropRoom(t, spool, { flow });
  assert.ok((await arrived(flow, 'folder/waits')).equals(bytes));
  await waitFor(async () => !(await filesBelow(join(spool, 'ready'))).length);
  // The folders that it was in are tidied away at the next look.
  await second.close();
  await dropRoom(t, spool, { flow });
  assert.deepEqual(await readdir(join(spool, 'ready')), []);
});

test('What cannot be a file of ours is refused with a word why', async (t) => {
  const spool = await temporaryFolder(t);
  const { endpoint, headers } = await dropRoom(t, spool);
  const refused: readonly (readonly [Record<string, string>, number, RegExp])[] = [
    [{}, 400, /no name/],
    [{ filename: '../a' }, 400, /"\.\.\/a" cannot be sent: the path has a "\.\." segment/],
    [{ filename: 'a/./b' }, 400, /"\." segment/],
    [{ filename: `${'x'.repeat(256)}` }, 400, /longer than 255 bytes/],
    [{ filename: 'a\0b' }, 400, /NUL/],
    [{ filename: '.sluice/a' }, 400, /for what Sluice keeps/],
    [{ filename: 'a/.sluice-taken-01234567-b' }, 400, /for what Sluice keeps/],
  ];
  for (const [metadata, status, words] of refused) {
    const { done } = started(tusUpload(noise(10), { endpoint, headers, metadata }));
    await assert.rejects(
      done,
      (error: Error & { originalResponse?: { getStatus(): number; getBody(): string } }) => {
        assert.equal(error.originalResponse?.getStatus(), status);
        assert.match(error.originalResponse?.getBody() ?? '', words);
        return true;
      },
    );
  }
  const large = await get(endpoint, { ...headers, ...tus, 'upload-length': '10000001' }, 'POST');
  assert.equal(large.status, 413);
  const endless = await get(
    endpoint,
    { ...headers, ...tus, 'upload-length': String(2 ** 52), ...named },
    'POST',
  );
  assert.equal(endless.status, 413);
  for (const id of ['0'.repeat(32), '..%2fready', '%2e%2e%2fready', 'x'])
    assert.equal((await get(`${endpoint}${id}`, { ...headers, ...tus }, 'HEAD')).status, 404, id);
  assert.deepEqual(await filesBelow(spool), []);
});

test('A disk without room says so before anything is sent', async (t) => {
  const spool = await temporaryFolder(t);
  const { endpoint, headers } = await dropRoom(t, spool, { maxUpload: Number.MAX_SAFE_INTEGER });
  const { status, body } = await get(
    endpoint,
    { ...headers, ...tus, 'upload-length': String(2 ** 52), ...named },
    'POST',
  );
  assert.equal(status, 507);
  assert.match(body.toString(), /the disk of the spool has no room for 4503599627370496 bytes/);
});

test('Who may not send, and pages of others, upload nothing', async (t) => {
  const spool = await temporaryFolder(t);
  const { endpoint, headers } = await dropRoom(t, spool);
  const ask = { ...tus, ...named, 'upload-length': '1' };
  assert.equal((await get(endpoint, ask, 'POST')).status, 403);
  assert.equal(
    (await get(endpoint, { ...ask, ...headers, origin: 'https://evil.example' }, 'POST')).status,
    403,
  );
  const own = await get(endpoint, { ...ask, ...headers }, 'POST');
  assert.equal(own.status, 201);
  assert.match(String(own.headers.location), /^[0-9a-f]{32}$/);
  assert.equal(own.headers['access-control-allow-origin'], undefined);
  assert.equal(own.headers['x-content-type-options'], 'nosniff');
  // It may be thrown away by whoever knows it.
  assert.equal((await get(endpoint + own.headers.location, { ...tus, ...headers }, 'DELETE')).status, 204);
  assert.deepEqual(await filesBelow(spool), []);
});

test('What is not gone on with is forgotten, and its bytes with it', async (t) => {
  const spool = await temporaryFolder(t);
  const first = await dropRoom(t, spool);
  const ask = { ...tus, ...named, ...first.headers, 'upload-length': '1000' };
  const { headers } = await get(first.endpoint, ask, 'POST');
  assert.equal((await filesBelow(spool)).length, 2);
  await first.close();
  const [known = ''] = (await filesBelow(spool)).filter((name) => name.endsWith('.json'));
  assert.equal(JSON.parse(await readFile(known, 'utf8')).size, 1000);
  await utimes(known, 0, 0);
  const second = await dropRoom(t, spool, { uploadExpires: 1, port: first.port });
  assert.deepEqual(await filesBelow(spool), []);
  assert.equal(await lengthOf(second.endpoint + headers.location, second.headers), undefined);
});

test('What came is not thrown away because what is known of it cannot be read now, nor because it cannot go on', async (t) => {
  const spool = await temporaryFolder(t);
  const first = await dropRoom(t, spool);
  const ask = { ...tus, ...first.headers, 'upload-length': '1000' };
  const made = async (name: string) => {
    const metadata = `filename ${Buffer.from(name).toString('base64')}`;
    const { headers } = await get(first.endpoint, { ...ask, 'upload-metadata': metadata }, 'POST');
    return join(spool, 'parts', String(headers.location));
  };
  const [unreadable, inTheWay, gone] = [await made('a'), await made('folder/b'), await made('c')];
  await first.close();
  await writeFile(unreadable, Buffer.alloc(500));
  // As where descriptors, or rights, are missing.
  await rename(`${unreadable}.json`, `${unreadable}.kept`);
  await mkdir(`${unreadable}.json`);
  await writeFile(inTheWay, Buffer.alloc(1000));
  // Killed after its bytes had gone on, and before that was noted.
  await rm(gone);
  await writeFile(join(spool, 'ready', 'folder'), 'waits to be sent');
  const send: UploadsOptions['send'] = ({ signal }) =>
    delay(1e9, undefined, { signal: signal!, ref: false }).catch(() => {});
  const again = async (uploadExpires: number) => {
    const uploads = await Uploads.open({
      ...{ spool, uploader: 'console', maxUpload: 1e7, uploadExpires, logger: silentLogger, send },
    });
    await uploads.close();
    return uploads.received;
  };
  assert.deepEqual([await again(3_600_000), await again(3_600_000)], [1, 0], 'it is counted once');
  await again(1);
  const left = (await readdir(join(spool, 'parts'))).map((name) => join(spool, 'parts', name));
  assert.deepEqual(
    left.toSorted(),
    [unreadable, `${unreadable}.json`, `${unreadable}.kept`, inTheWay, `${inTheWay}.json`].toSorted(),
  );
});

test('What is thrown away is known no more before its bytes go, and what a kill left of it goes at the next start', async (t) => {
  const spool = await temporaryFolder(t);
  const first = await dropRoom(t, spool);
  const ask = { ...tus, ...named, ...first.headers, 'upload-length': '1000' };
  const { headers } = await get(first.endpoint, ask, 'POST');
  const url = first.endpoint + headers.location;
  const part = join(spool, 'parts', String(headers.location));
  // As where it is killed in between: the second removal does not come through.
  await rm(part);
  await mkdir(join(part, 'in the way'), { recursive: true });
  await get(url, { ...tus, ...first.headers }, 'DELETE');
  assert.equal((await get(url, { ...tus, ...first.headers }, 'HEAD')).status, 404, 'it is not all there');
  assert.deepEqual(await readdir(join(spool, 'parts')), [String(headers.location)]);
  await first.close();
  await rm(part, { recursive: true });
  const alone = ['a', 'b'].map((letter) => join(spool, 'parts', letter.repeat(32)));
  await writeFile(alone[0]!, Buffer.alloc(1000));
  await writeFile(`${alone[1]}.json.new`, '{}');
  const other = join(spool, 'parts', 'of somebody else');
  await writeFile(other, '');
  const { uploads } = await dropRoom(t, spool, { port: first.port });
  assert.deepEqual([await filesBelow(spool), uploads.received], [[other], 0]);
});

test('Why dropped files wait is told to every page, and that they go on', async (t) => {
  const spool = await temporaryFolder(t);
  let reason: string | undefined = 'no right to write to files';
  const flow = new Flow();
  const { url, endpoint, headers } = await dropRoom(t, spool, {
    flow,
    again: 10,
    send: async ({ signal, onEvent }) => {
      if (reason !== undefined) throw new Error(reason);
      onEvent?.({ type: 'started', name: 'console', topic: 'files' } as UploadEvent);
      await delay(1e9, undefined, { signal: signal!, ref: false }).catch(() => {});
    },
  });
  const page = new AbortController();
  t.after(() => page.abort());
  let text = '';
  const reading = fetch(`${url}api/events`, { signal: page.signal }).then(async ({ body }) => {
    for await (const piece of body!) text += Buffer.from(piece).toString();
  });
  reading.catch(() => {});
  await waitFor(() => text.includes('event: files'));
  const overview = async () => (await (await fetch(`${url}api/overview`)).json()) as { drops?: string };
  assert.equal((await overview()).drops, undefined);
  await sent(tusUpload(noise(10), { endpoint, headers, metadata: { filename: 'a' } }));
  await waitFor(() => text.includes('event: drops\ndata: {"message":"no right to write to files"}\n\n'));
  assert.equal((await overview()).drops, reason);
  reason = undefined;
  await waitFor(() => text.includes('event: drops\ndata: {}\n\n'));
  assert.equal((await overview()).drops, undefined);
});

test('A spool that cannot be made, or not be used, is told by its name', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'parts'), '');
  const open = (spool: string) =>
    Uploads.open({
      ...{ spool, uploader: 'console', maxUpload: 1, uploadExpires: 1, logger: silentLogger },
      send: () => Promise.resolve(),
    });
  // Node's own way of making folders above never ends there.
  const refused = { '/proc/nothing/x': /^--spool-folder: \/proc\/nothing\/x cannot be used as a folder \(E/ };
  for (const [spool, message] of Object.entries({ ...refused, [folder]: /\/parts cannot be used.*EEXIST/ }))
    await assert.rejects(open(spool), { name: 'ConfigurationError', message });
});
