/**
 * What a sink promises by a checkpoint, on a disk that forgets what was not made durable: wherever the power is cut, and whatever goes on
 * beside the checkpoint, an upload that it named is there to be gone on with, stands under its name, or was discarded.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../src/records/checksum.ts';
import type { Published, Sink, UnfinishedUpload } from '../../src/stores/contract.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { keepsAll, losesAll, seededFate } from '../powercut/disk-model.ts';
import { temporaryFolder } from '../support/folder.ts';
import { Life } from '../support/killable.ts';
import fc from '../support/properties.ts';
import { LastingCalls } from './disk/lasting-calls.ts';
import { identify, layOutSink, nothing, standing } from './disk/remains.ts';
import { parameters } from './parameters.ts';

/** Begun one after the other, each so many turns after the one before, whether that has come to its end or not. */
interface Step {
  readonly do: 'write' | 'publish' | 'whole' | 'discard' | 'checkpoint';
  /** Which of the uploads. */
  readonly at: number;
  readonly after: number;
}

const turns = fc.constantFrom(0, 0, 1, 3, 10);
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom<Step['do']>('write', 'publish', 'whole', 'discard', 'checkpoint', 'checkpoint'),
  at: fc.nat({ max: 3 }),
  after: turns,
});

const folders = ['a/', 'shop/', 'shop/deep/', 'other/'];
const look = { mtime: '1700000000123456000', mode: 0o644 };

/** One file on its way. Its calls come one after the other. */
class Upload {
  readonly id: string;
  readonly target: string;
  readonly bytes: Buffer;
  state: 'new' | 'open' | 'publishing' | 'published' | 'discarded' = 'new';
  work: Promise<void> = Promise.resolve();

  constructor(at: number) {
    this.id = String(at + 1).padStart(32, '0');
    this.target = `${folders[at]}file-${at}`;
    this.bytes = Buffer.from(`these are the bytes of ${at}`);
  }

  get published(): Published {
    return { upload: this.id, size: this.bytes.length, digest: digestOf('md5', this.bytes) };
  }

  get row(): UnfinishedUpload {
    const size = this.bytes.length;
    const place = { upload: this.id, uploader: 'shop', path: this.target, topic: 't' };
    return { ...place, size, ranges: [[0, size]], close: undefined, seen: [[0, 1, 1]] };
  }
}

class Run {
  readonly uploads = folders.map((_, at) => new Upload(at));
  /** Those that a checkpoint has named as open, and those that it was to make durable under their names. */
  readonly named = new Set<Upload>();
  readonly placed = new Set<Upload>();
  readonly #sink: Sink;
  readonly #disk: LastingCalls;
  #checkpoint: Promise<void> = Promise.resolve();

  constructor(sink: Sink, disk: LastingCalls) {
    this.#sink = sink;
    this.#disk = disk;
  }

  begin(one: Step): void {
    const upload = this.uploads[one.at]!;
    if (one.do === 'checkpoint') this.#checkpoint = this.#checkpoint.then(() => this.#keep());
    else upload.work = upload.work.then(() => this.#take(one.do, upload));
    // Looked at in `settle`: until then it is not to count as one that nobody handles.
    for (const work of [this.#checkpoint, upload.work]) work.catch(() => {});
  }

  /** Rejects when the power was cut. */
  async settle(): Promise<void> {
    await Promise.all([this.#checkpoint, ...this.uploads.map(({ work }) => work)]);
  }

  async #take(what: Step['do'], upload: Upload): Promise<void> {
    const { id, target, bytes, published, state } = upload;
    if (what === 'write' && (state === 'new' || state === 'open')) {
      await this.#sink.part(id).write(bytes, 0);
      upload.state = 'open';
    } else if (what === 'publish' && state === 'open') {
      upload.state = 'publishing';
      await this.#sink.publish(id, target, look, published);
      upload.state = 'published';
    } else if (what === 'whole' && state === 'new') {
      upload.state = 'publishing';
      await this.#sink.publishWhole(bytes, target, look, published);
      upload.state = 'published';
    } else if (what === 'discard' && state === 'open') {
      upload.state = 'discarded';
      await this.#sink.discard(id);
    }
  }

  /** As a downloader does: what is open is made durable first, then told. */
  async #keep(): Promise<void> {
    const open = this.uploads.filter(({ state }) => state === 'open');
    for (const { id } of open) await this.#sink.part(id).sync();
    const rows = open.filter(({ state }) => state === 'open');
    const placed = this.uploads.filter(({ state }) => state === 'published');
    await this.#sink.checkpoint(rows.map(({ row }) => row));
    if (this.#disk.isCut) return;
    for (const upload of rows) this.named.add(upload);
    for (const upload of placed) this.placed.add(upload);
  }
}

test('What a checkpoint has named is there, or stands under its name, wherever the power is cut', async (t) => {
  const place = await temporaryFolder(t);
  let count = 0;
  const steps = fc.array(step, { minLength: 1, maxLength: 14, size: 'max' });
  const fate = fc.constantFrom(losesAll, keepsAll, seededFate(3), seededFate(4));
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({ min: 1, max: 60 }),
      fc.array(turns),
      fate,
      async (all, calls, waits, one) => {
        count += 1;
        const root = join(place, String(count));
        layOutSink(nothing, root);
        const disk = new LastingCalls({ root, life: new Life(calls), waits, fate: one });
        const sink = await openDiskSink(root, { calls: disk, identify });
        const run = new Run(sink, disk);
        for (const each of all) {
          run.begin(each);
          for (let left = each.after; left > 0; left -= 1) await new Promise(setImmediate);
        }
        await run.settle().catch(() => {});
        const { found } = disk;
        await sink.close();

        const files = standing(found);
        const again = join(place, `${count}-again`);
        layOutSink(found, again);
        const later = await openDiskSink(again, { identify });
        const unfinished = new Map((await later.unfinished()).map((row) => [row.upload, row]));
        await later.close();
        for (const [path, bytes] of files) {
          const upload = run.uploads.find(({ target }) => target === path);
          assert.ok(upload?.bytes.equals(bytes), `${path} has other bytes than its own`);
        }
        for (const { target } of run.placed) assert.ok(files.has(target), `${target} is gone`);
        for (const { id, target, state, row } of run.named) {
          const isThere = files.has(target) || unfinished.get(id)?.ranges[0]?.[1] === row.size;
          assert.ok(isThere || state === 'discarded', `what was received of ${target} is gone`);
        }
      },
    ),
    parameters({ numRuns: 200, seed: 50 }),
  );
});
