/** Init, parts and segments over HTTP. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SluiceError } from '../../src/errors.ts';
import { get, metric, startStream } from '../support/delivery.ts';
import { waitFor } from '../support/wait.ts';

const forEver = 'public, max-age=31536000, immutable';

test('An init, a part and a segment: their bytes, and what may be done with them', async (t) => {
  const { url } = await startStream(t);
  const init = await get(`${url}/main/init-1.mp4`);
  assert.equal(init.body.toString(), 'init main 1     ');
  const part = await get(`${url}/main/part-1-21.m4s`);
  assert.match(part.body.toString(), /^part main 1\.4\.1\.0/);
  const segment = await get(`${url}/main/seg-1-2.m4s`);
  assert.match(segment.body.toString(), /^part main 1\.2\.0\.0;part main 1\.2\.1\.0;.*1\.2\.4\.0;$/);
  for (const { status, headers, body } of [init, part, segment]) {
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'video/mp4');
    assert.equal(headers['content-length'], String(body.length));
    assert.equal(headers['cache-control'], forEver);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.match(headers['access-control-expose-headers'] ?? '', /Age.*Date/);
    assert.equal(headers['accept-ranges'], 'bytes');
    assert.equal(headers.age, '0');
    assert.ok(headers.date);
  }
});

test('Parts of a segment, joined, are the segment', async (t) => {
  const { url } = await startStream(t, { chunksPerPart: 1 });
  const parts = await Promise.all([10, 11, 12, 13, 14].map((n) => get(`${url}/main/part-1-${n}.m4s`)));
  const segment = await get(`${url}/main/seg-1-2.m4s`);
  assert.deepEqual(Buffer.concat(parts.map(({ body }) => body)), segment.body);
});

test('HEAD says what GET would, and sends no body', async (t) => {
  const { url } = await startStream(t);
  for (const path of ['main/part-1-21.m4s', 'main/seg-1-2.m4s', 'main/init-1.mp4', 'main/part-1-99.m4s']) {
    const [whole, head] = [await get(`${url}/${path}`), await get(`${url}/${path}`, {}, 'HEAD')];
    assert.equal(head.status, whole.status);
    assert.equal(head.headers['content-length'], whole.headers['content-length']);
    assert.equal(head.body.length, 0);
  }
});

test('Ranges of segments', async (t) => {
  const { url } = await startStream(t);
  const whole = (await get(`${url}/main/seg-1-2.m4s`)).body;
  const some = await get(`${url}/main/seg-1-2.m4s`, { range: 'bytes=10-39' });
  assert.equal(some.status, 206);
  assert.equal(some.headers['content-range'], `bytes 10-39/${whole.length}`);
  assert.deepEqual(some.body, whole.subarray(10, 40));
  const none = await get(`${url}/main/seg-1-2.m4s`, { range: `bytes=${whole.length}-` });
  assert.equal(none.status, 416);
  assert.equal(none.headers['content-range'], `bytes */${whole.length}`);
});

test('The next part is waited for, and answered when it is there', async (t) => {
  const { url, next } = await startStream(t);
  let answered = false;
  const hinted = get(`${url}/main/part-1-22.m4s`).then((got) => {
    answered = true;
    return got;
  });
  await get(`${url}/main/part-1-21.m4s`);
  assert.equal(answered, false);
  next();
  const { status, body } = await hinted;
  assert.equal(status, 200);
  assert.match(body.toString(), /^part main 1\.4\.2\.0/);
});

test('The next part is the hinted one also where it begins a segment', async (t) => {
  const { url, next } = await startStream(t);
  next(3);
  const hinted = get(`${url}/main/part-1-25.m4s`);
  await get(`${url}/main/part-1-24.m4s`);
  next(2);
  assert.match((await hinted).body.toString(), /^part main 1\.5\.0\.0/);
});

test('A part that will never come is said to be missing', async (t) => {
  const { url, streams, publisher } = await startStream(t);
  const hinted = get(`${url}/main/part-1-22.m4s`);
  await get(`${url}/main/part-1-21.m4s`);
  publisher.made.length = 0;
  streams.play(publisher.restart().parts(1));
  assert.equal((await hinted).status, 404);
});

test('A hint of an encoder that has gone is taken back in every rendition, and who follows it is told', async (t) => {
  const { url, server, streams, publisher } = await startStream(t, { renditions: ['main', 'small'] });
  const hintOf = async (name: string) =>
    /PRELOAD-HINT:.*URI="([^"]+)"/.exec((await get(`${url}/${name}/live.m3u8`)).body.toString())?.[1];
  const hints = { main: await hintOf('main'), small: await hintOf('small') };
  assert.match(hints.main ?? '', /^part-1-/);
  const held = [get(`${url}/main/${hints.main}`), get(`${url}/small/${hints.small}`)];
  await waitFor(async () => (await metric(server, 'sluice_requests_total{kind="part"}')) === 2);
  publisher.made.length = 0;
  // The init of one rendition: of the other nothing has come, and maybe nothing will.
  streams.play(publisher.restart().parts(2), 1);
  for (const { status } of await Promise.all(held)) assert.equal(status, 404);
  assert.match((await hintOf('main')) ?? '', /^part-2-0/);
  assert.equal(await hintOf('small'), undefined);
  assert.equal((await get(`${url}/small/${hints.small}`)).status, 404);
});

test('A segment that never came is no error: players who count by the clock ask for it, and go on', async (t) => {
  const { url, streams, publisher } = await startStream(t);
  const cut = get(`${url}/main/seg-1-5.m4s`);
  await get(`${url}/main/part-1-21.m4s`);
  publisher.made.length = 0;
  streams.play(publisher.restart());
  streams.play(publisher.parts(1));
  assert.equal((await cut).status, 204);
  for (const media of [5, 6, 40]) {
    const { status, headers, body } = await get(`${url}/main/seg-1-${media}.m4s`);
    assert.deepEqual([status, headers['content-length'], body.length], [204, undefined, 0], `${media}`);
  }
  assert.equal((await get(`${url}/main/seg-1-4.m4s`)).status, 200);
  assert.equal((await get(`${url}/main/seg-2-40.m4s`)).status, 404);
  streams.play(publisher.close().gap().parts(1));
  assert.equal((await get(`${url}/main/seg-2-${publisher.media - 1}.m4s`)).status, 204);
});

test('A segment of a rendition that the next encoder does not have is no error either', async (t) => {
  const { url, streams, publisher } = await startStream(t, { renditions: ['main', 'small'] });
  const { segments } = streams.live('cam')!.rendition('small')!;
  const { media } = segments.at(-1)!;
  const cut = get(`${url}/small/seg-1-${media + 1}.m4s`);
  await get(`${url}/small/part-1-0.m4s`);
  publisher.made.length = 0;
  const of = ({ record }: (typeof publisher.made)[number]) =>
    !('rendition' in record) || record.rendition === 'main';
  publisher.restart().parts(1);
  publisher.made.splice(0, publisher.made.length, ...publisher.made.filter(of));
  streams.play(publisher);
  assert.equal((await cut).status, 204);
  assert.equal((await get(`${url}/small/seg-1-${media + 9}.m4s`)).status, 204);
  assert.equal((await get(`${url}/small/seg-1-${media}.m4s`)).status, 200);
});

test('A segment that grows is one answer, written as it comes', async (t) => {
  const { url, next } = await startStream(t, { chunksPerPart: 1 });
  const response = await fetch(`${url}/main/seg-1-4.m4s`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-length'), null);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const receive = async (wanted: RegExp) => {
    while (!wanted.test(text)) {
      const { done, value } = await reader.read();
      assert.equal(done, false, `${wanted} did not come`);
      text += value;
    }
  };
  await receive(/1\.4\.0\.0.*1\.4\.1\.0/);
  for (const part of [2, 3, 4]) {
    next();
    await receive(new RegExp(`1\\.4\\.${part}\\.0`));
  }
  // What follows says that it is over.
  next(2);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  const later = await get(`${url}/main/seg-1-4.m4s`);
  assert.equal(text, later.body.toString());
});

test('A segment that its encoder did not finish is not said to be whole, unless it is what everybody gets', async (t) => {
  const { url, streams, publisher, next } = await startStream(t, { chunksPerPart: 2 });
  publisher.made.length = 0;
  // The next segment: an init, a part of two chunks, and the first chunk of a part whose end will never come.
  streams.play(publisher.close().parts(5), 4);
  publisher.made.length = 0;
  const cut = get(`${url}/main/seg-1-${publisher.media}.m4s`);
  const parts = get(`${url}/main/part-1-1.m4s`);
  await parts;
  streams.play(publisher.restart().parts(1));
  await assert.rejects(cut, /aborted/);
  // One that ends with a whole part is as it stays, however short it is.
  const short = get(`${url}/main/seg-2-${publisher.media}.m4s`);
  await get(`${url}/main/part-2-0.m4s`);
  const { media } = publisher;
  streams.play(publisher.restart().parts(1));
  const { status, body } = await short;
  assert.equal(status, 200);
  assert.deepEqual(body, (await get(`${url}/main/seg-2-${media}.m4s`)).body);
  next();
});

test('The segment that is about to begin is answered from its first chunk on', async (t) => {
  const { url, next } = await startStream(t, { chunksPerPart: 1 });
  const coming = get(`${url}/main/seg-1-5.m4s`);
  assert.equal((await get(`${url}/main/seg-1-6.m4s`)).status, 404);
  next(20);
  const { status, headers, body } = await coming;
  assert.equal(status, 200);
  assert.equal(headers['transfer-encoding'], 'chunked');
  assert.deepEqual(body, (await get(`${url}/main/seg-1-5.m4s`)).body);
});

test('What has left the window comes from Kafka; what Kafka has not is missing', async (t) => {
  const { url, streams } = await startStream(t);
  streams.stored.set('cam/main/seg-0-0', [Buffer.from('old '), Buffer.from('bytes')]);
  streams.stored.set('cam/main/init-0', [Buffer.from('old init')]);
  const segment = await get(`${url}/main/seg-0-0.m4s`, { range: 'bytes=2-5' });
  assert.equal(segment.status, 206);
  assert.equal(segment.body.toString(), 'd by');
  assert.equal((await get(`${url}/main/init-0.mp4`)).body.toString(), 'old init');
  assert.equal((await get(`${url}/main/seg-0-1.m4s`)).status, 404);
  assert.equal((await get(`${url}/main/init-7.mp4`)).status, 404);
  streams.failure = new SluiceError('no broker answers');
  const failed = await get(`${url}/main/seg-0-0.m4s`);
  assert.equal(failed.status, 503);
  // Without what operators know of it: names of brokers are nobody else's business.
  assert.equal(failed.body.toString(), 'Kafka could not be read; ask again\n');
});

test('What there is not, and what may not be done', async (t) => {
  const { url, server } = await startStream(t);
  for (const path of [
    '/live/other/main/part-1-1.m4s',
    '/live/cam/other/part-1-1.m4s',
    '/live/cam/x',
    '/live/',
  ]) {
    assert.equal((await get(`${server.url}${path}`)).status, 404, path);
  }
  const post = await get(`${url}/main/part-1-21.m4s`, {}, 'POST');
  assert.equal(post.status, 405);
  assert.equal(post.headers.allow, 'GET, HEAD, OPTIONS');
  assert.equal((await get(`${url}/main/live.m3u8?${'x'.repeat(3000)}`)).status, 414);
  const preflight = await get(`${url}/main/live.m3u8`, { origin: 'https://elsewhere.example' }, 'OPTIONS');
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-methods'], 'GET, HEAD, OPTIONS');
  assert.match(preflight.headers['access-control-allow-headers'] ?? '', /Range/);
});

test('A stream that goes ends those who wait for it', async (t) => {
  const { url, streams } = await startStream(t);
  const hinted = get(`${url}/main/part-1-22.m4s`);
  await get(`${url}/main/part-1-21.m4s`);
  streams.drop('cam');
  assert.equal((await hinted).status, 503);
  assert.equal((await get(`${url}/main/part-1-21.m4s`)).status, 404);
  await waitFor(async () => (await get(`${url}/snapshot.jpg`)).status === 404);
});

test('A player that asks for what gives him nothing in a loop is slowed; who plays is not', async (t) => {
  const { url, publisher, streams } = await startStream(t);
  publisher.made.length = 0;
  streams.play(publisher.restart().segments(2).parts(2));
  // As players made of FFmpeg do: one after the other, each as soon as the one before gave nothing.
  const loops = [
    { status: 404, path: 'main/seg-2-' },
    { status: 204, path: 'main/seg-1-' },
    { status: 416, path: 'main/init-2.mp4?', range: 'bytes=1000-' },
  ];
  // Thirty at once and four a second: sixteen more take four seconds at least, on a machine of whatever pace.
  const [asked, least] = [46, 3900];
  const loop = async ({ status, path, range }: (typeof loops)[number]) => {
    const started = performance.now();
    const headers = { 'user-agent': `Lavf ${path}`, ...(range === undefined ? {} : { range }) };
    let slowed = 0;
    for (let number = 0; number < asked; number += 1) {
      const name = range === undefined ? `${1000 + number}.m4s` : number;
      const got = await get(`${url}/${path}${name}`, headers);
      assert.equal(got.status, status);
      if (got.headers['retry-after'] === '1') slowed += 1;
    }
    const took = performance.now() - started;
    assert.ok(took >= least && slowed > 0, `${asked} requests for ${path} in ${took} ms, ${slowed} slowed`);
    // A page that asks whether it may ask is not refused anything.
    const preflight = await get(`${url}/main/live.m3u8`, headers, 'OPTIONS');
    assert.equal(preflight.headers['retry-after'], undefined);
  };
  await Promise.all(loops.map(loop));
  const waiting = get(`${url}/main/seg-2-5000.m4s`, { 'user-agent': 'Lavf main/seg-2-' });
  const hinted = get(`${url}/main/part-2-12.m4s`, { 'user-agent': 'hls.js' });
  assert.equal((await get(`${url}/main/part-9-1.m4s`, { 'user-agent': 'hls.js' })).status, 404);
  streams.play(publisher.close().parts(1));
  assert.equal((await hinted).status, 200);
  assert.equal((await waiting).status, 404);
});
