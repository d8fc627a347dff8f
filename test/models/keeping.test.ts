/**
 * What is kept for viewers, and for how long: dates of segments by a page, pictures by a server, windows of streams. What was told is
 * there for as long as it may be asked for, what belongs to one is given to no other, and what is over is given back.
 */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Snapshots } from '../../src/delivery/http/snapshot.ts';
import { Windows } from '../../src/delivery/window/windows.ts';
import { startStream } from '../support/delivery.ts';
import { LiveScript } from '../support/live-records.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

setFlagsFromString('--expose-gc');

interface Dates {
  take(playlist: string): string;
  of(media: number): number | undefined;
}
const page: { SegmentDates: new () => Dates } = await import(
  new URL('../../web/dates.js', import.meta.url).href
);

test('A page knows the date of every segment that its newest playlist has, however long that is', () => {
  const load = fc.record({
    /** Segments that came since the playlist before, and how many of the oldest are listed no more. */
    came: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(1000, 6000, 12_000)),
    gone: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 }), fc.constant(5000)),
    /** It lists only what is new, and counts the others (RFC 8216bis, 4.4.5.2). */
    isDelta: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(load, { minLength: 1, maxLength: 8 }), (loads) => {
      const dates = new page.SegmentDates();
      const dateOf = (media: number): number => 1_790_000_000_000 + media * 2000;
      let [first, end, known] = [0, 0, 0];
      for (const { came, gone, isDelta } of loads) {
        end += came;
        first = Math.min(end, first + gone);
        const skipped = isDelta && known > first ? known - first : 0;
        const lines = ['#EXTM3U', `#EXT-X-MEDIA-SEQUENCE:${first}`];
        if (skipped > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
        for (let media = first + skipped; media < end; media += 1)
          lines.push(
            `#EXT-X-PROGRAM-DATE-TIME:${new Date(dateOf(media)).toISOString()}`,
            '#EXTINF:2.0,',
            `seg-1-${media}.m4s`,
          );
        const rest = dates.take(lines.join('\n'));
        assert.ok(!rest.includes('PROGRAM-DATE-TIME'), 'dates are left in the playlist');
        known = end;
        for (let media = first; media < end; media += 1)
          assert.equal(dates.of(media), dateOf(media), `the date of ${media} in ${first} to ${end} is lost`);
      }
    }),
    parameters({ numRuns: 10, seed: 141 }),
  );
});

test('Whoever asks for a picture gets one of what was asked for, and few are made', async () => {
  const ask = fc.record({
    stream: fc.constantFrom('cam', 'box'),
    rendition: fc.constantFrom('main', 'small'),
    key: fc.constantFrom('1/1', '1/2'),
    /** Some that run come to an end before. */
    ends: fc.nat({ max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { minLength: 1, maxLength: 25 }), async (asks) => {
      const running: (() => void)[] = [];
      let made = 0;
      const snapshots = new Snapshots((still) => {
        made += 1;
        return new Promise((resolve) => {
          running.push(() => resolve(Buffer.from(still.bytes[0]!)));
        });
      });
      const answers: Promise<void>[] = [];
      let changes = 0;
      const newest = new Map<string, string>();
      for (const { stream, rendition, key, ends } of asks) {
        for (const end of running.splice(0, ends)) end();
        await new Promise(setImmediate);
        const of = `${stream}/${rendition}`;
        if (newest.get(of) !== key) changes += 1;
        newest.set(of, key);
        const still = { rendition, key, bytes: [Buffer.from(of)] };
        answers.push(
          snapshots
            .picture(stream, still)
            .then((picture) => assert.equal(String(picture), of, 'the picture of another')),
        );
      }
      for (let round = 0; round < 60; round += 1) {
        for (const end of running.splice(0)) end();
        await new Promise(setImmediate);
      }
      await Promise.all(answers);
      assert.ok(made <= changes, `${made} pictures were made of ${changes}`);
    }),
    parameters({ numRuns: 200, seed: 142 }),
  );
});

test('Of streams that are over, or never came to anything, nothing is kept', async () => {
  const collect = runInNewContext('gc') as () => void;
  type Life = 'only an init' | 'ended' | 'ended and begun' | 'lives';
  const life = fc.constantFrom<Life>('only an init', 'only an init', 'ended', 'ended and begun', 'lives');
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
      let now = 0;
      const windows = new Windows({
        limits: { listed: 6_000_000, bytes: 1e6 },
        onChange: () => {},
        now: () => now,
      });
      const kept: WeakRef<Buffer>[] = [];
      const run = (stream: string, one: Life): void => {
        const script = new LiveScript({ stream });
        script.segments(2);
        if (one === 'ended' || one === 'ended and begun') script.end();
        // Another programme, of which nothing came but its beginning.
        if (one === 'ended and begun') script.restart(false).parts(1);
        const { made } = script;
        const only =
          one === 'only an init' ? made.slice(0, 1) : one === 'ended and begun' ? made.slice(0, -1) : made;
        for (const { record, bytes } of only) {
          if (one !== 'lives') kept.push(new WeakRef(bytes));
          windows.apply(record, bytes);
        }
      };
      for (const [index, one] of lives.entries()) run(`stream-${index}`, one);
      now += 3_600_000;
      windows.sweep();
      await new Promise(setImmediate);
      collect();
      const left = kept.filter((one) => one.deref() !== undefined).length;
      assert.equal(left, 0, `${left} of ${kept.length} pieces are kept for nobody`);
      for (const [index, one] of lives.entries())
        assert.equal(windows.get(`stream-${index}`) !== undefined, one === 'lives');
    }),
    parameters({ numRuns: 25, seed: 143 }),
  );
});

test('Of requests nothing is kept, however large they are and whatever they are answered with', async (t) => {
  const { server } = await startStream(t);
  const collect = runInNewContext('gc') as () => void;
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  t.after(() => agent.destroy());
  const word = fc.stringMatching(/^[a-z0-9]{8,20}$/);
  const path = fc.oneof(
    word.map((one) => `/live/${one}/index.m3u8`),
    word.map((one) => `/live/cam/main/live.m3u8?from=${one}`),
    word.map((one) => `/live/cam/${one}/live.m3u8`),
    word.map((one) => `/live/cam/main/live.m3u8?x=${one}`),
    word.map((one) => `/${one}`),
  );
  const { numRuns, seed } = parameters({ numRuns: 1500, seed: 144 });
  const ask = (one: string): Promise<void> =>
    new Promise((resolve, reject) => {
      // Each program is another player.
      const headers = { 'user-agent': one, 'x-large': one.padEnd(12_000, 'y') };
      request(server.url + one, { agent, headers }, (response) => void response.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
  const taken = async (): Promise<number> => {
    for (let times = 0; times < 3; times += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      collect();
    }
    return process.memoryUsage().heapUsed;
  };
  const paths = fc.sample(path, { numRuns, seed });
  for (const one of paths.slice(0, 100)) await ask(one);
  const before = await taken();
  const left = paths.slice(100);
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await ask(one);
  };
  await Promise.all([work(), work(), work(), work()]);
  const each = ((await taken()) - before) / (numRuns - 100);
  assert.ok(each < 2500, `${Math.round(each)} bytes are kept of each request of 12,000`);
});
