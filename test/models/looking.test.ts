/**
 * Lists and single files, of a topic on which anything may have happened: versions that are whole, half sent, given up, refused at their end,
 * or that came twice and lack the rest, with state beside the topic, without it, and copied to another cluster.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeAbort } from '../../src/records/file-record.ts';
import { craftedChunks, craftedClose, craftedId, craftedPack, craftedUpload } from '../support/crafted.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { cat, copied, list } from '../support/look.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

const byHand = ['whole', 'packed', 'cut', 'twice', 'given up', 'refused'] as const;

type Step =
  /** By an uploader that remembers: a version that is sent, or that it is stopped over. */
  | { readonly do: 'send' | 'half'; readonly path: string }
  /** By records alone. `twice`: as many bytes as the file has, of its first half. */
  | { readonly do: (typeof byHand)[number]; readonly path: string }
  /** The end of what was sent last of the path, as no reader takes it. */
  | { readonly do: 'spoil' }
  | { readonly do: 'copy' | 'forget the state' };

/** Who writes by hand tells nothing in the state, which is believed to tell of all: each kind on a topic of its own. */
const steps = fc.oneof(
  fc.array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constantFrom('send' as const, 'half' as const),
          path: fc.constantFrom('a', 'b'),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constantFrom('spoil' as const, 'copy' as const, 'forget the state' as const),
        }),
      },
    ),
    { minLength: 1, maxLength: 8 },
  ),
  fc.array(fc.record({ do: fc.constantFrom(...byHand), path: fc.constantFrom('c', 'd') }), {
    minLength: 1,
    maxLength: 8,
  }),
);

/** Times that no date can hold are times that a record may have. */
const times = ['1700000000000000000', `${'9'.repeat(28)}`, `-${'9'.repeat(27)}`];
/** What takes longer waits for what will never come. */
const patience = 30_000;

class Run {
  #flow = new Flow({ partitions: 2 });
  #versions = 0;
  #isCopied = false;
  /** What is to be had of each file, and whether something of it stands there that was not given up. */
  readonly #bytes = new Map<string, Buffer>();
  readonly #stands = new Set<string>();
  /** Of the uploader's last half-sent version: its path, and whether its end was refused. */
  #half: { readonly path: string; isSpoilt: boolean } | undefined;

  async take(one: Step): Promise<void> {
    if (!('path' in one)) {
      if (one.do === 'copy') await this.#copy();
      else if (one.do === 'forget the state') this.#flow.cluster.deleteTopic('files.state');
      else await this.#spoil();
    } else if (one.do === 'send' || one.do === 'half') await this.#upload(one.do, one.path);
    else await this.#craft(one.do, one.path);
  }

  async judge(): Promise<void> {
    const listed = new Map((await list(this.#flow)).map((file) => [`${file.uploader}/${file.path}`, file]));
    for (const name of this.#stands) {
      const [bytes, found] = [this.#bytes.get(name), listed.get(name)];
      assert.ok(found, `${name} is not listed`);
      assert.equal(found.state === 'complete', bytes !== undefined, `${name} is listed as ${found.state}`);
      for (const time of [found.mtime, found.sentAt]) new Date(time).toISOString();
      const given = await this.#cat(name);
      if (bytes === undefined) assert.equal(given, undefined, `${name} is given, and not complete`);
      else assert.deepEqual(given, bytes, `${name} is another one`);
    }
    const names = [...listed.keys()].filter((name) => !this.#stands.has(name));
    assert.deepEqual(names, [], 'these are listed, and do not stand there');
    if (this.#half?.isSpoilt) assert.equal(await this.#cat(`shop/${this.#half.path}`, true), undefined);
  }

  /** Undefined: it cannot be had. */
  async #cat(file: string, follow = false): Promise<Buffer | undefined> {
    const signal = AbortSignal.timeout(patience);
    const given = await cat(this.#flow, file, { follow, signal }).catch(() => undefined);
    assert.ok(!signal.aborted, `${file} is waited for, and nothing more comes`);
    return given;
  }

  /** Who sent it does not go on there. */
  async #copy(): Promise<void> {
    const kafka = this.#flow.cluster.client();
    const state = await kafka.describeTopic('files.state');
    await kafka.close();
    if (state === undefined) return;
    this.#flow = await copied(this.#flow);
    this.#half = undefined;
    this.#isCopied = true;
  }

  async #upload(how: 'send' | 'half', path: string): Promise<void> {
    if (this.#isCopied) return;
    const bytes = noise(3000 + this.#versions++);
    this.#flow.source.write(path, bytes);
    const name = `shop/${path}`;
    this.#stands.add(name);
    if (how === 'send') {
      await this.#flow.up({ resend: true });
      for (const sent of this.#flow.source.paths())
        this.#bytes.set(`shop/${sent}`, Buffer.from(this.#flow.source.bytes(sent)));
      this.#half = undefined;
      return;
    }
    const stop = new AbortController();
    const stopped = once('read', () => stop.abort(), 1500);
    const source = faultySource(this.#flow.source, (call) =>
      call.name === path ? stopped(call) : undefined,
    );
    await this.#flow.up({ signal: stop.signal, parallel: 1, bufferBytes: 1024, include: [path] }, { source });
    this.#half = { path, isSpoilt: false };
  }

  async #craft(how: (typeof byHand)[number], path: string) {
    const version = ++this.#versions;
    const bytes = noise(1500);
    const file = { uploader: 'hand', path, bytes, version, mtime: times[version % times.length]! };
    const name = `hand/${path}`;
    const [first, ...rest] = craftedChunks(file);
    const close = craftedClose(file);
    const ref = { uploader: 'hand', path, upload: craftedId(file) };
    const records = {
      whole: () => craftedUpload(file),
      packed: () => [craftedPack([{ ...file, bytes: bytes.subarray(0, 300) }])],
      cut: () => [first!],
      twice: () => [first!, ...rest.map(() => first!), close],
      'given up': () => [first!, encodeAbort({ ...ref, reason: 'enough' })],
      refused: () => [...craftedChunks(file), { ...close, headers: close.headers!.slice(0, -1) }],
    }[how]();
    await this.#flow.append(records.map((record) => ({ partition: 0, record })));
    if (how !== 'given up') this.#stands.add(name);
    if (how === 'whole') this.#bytes.set(name, bytes);
    if (how === 'packed') this.#bytes.set(name, bytes.subarray(0, 300));
  }

  async #spoil(): Promise<void> {
    if (this.#half === undefined) return;
    const { path } = this.#half;
    const kept = (await this.#flow.records()).findLast(
      ({ decoded }) => decoded?.kind === 'chunk' && decoded.path === path && decoded.uploader === 'shop',
    );
    if (kept?.decoded?.kind !== 'chunk') return;
    const { uploader, upload } = kept.decoded;
    const close = craftedClose({ uploader, path, bytes: noise(3000) });
    const headers = close
      .headers!.slice(0, -1)
      .map(([key, value]) => [key, key === 'upload' ? Buffer.from(upload) : value] as const);
    await this.#flow.append([{ partition: kept.partition, record: { ...close, headers } }]);
    this.#half.isSpoilt = true;
  }
}

test('Whatever happened on a topic, what is complete is listed and given, and nothing is waited for in vain', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const run = new Run();
      // There is a topic, and a state where the uploader has one.
      if (all.every((one) => !byHand.some((how) => how === one.do)))
        await run.take({ do: 'send', path: 'a' });
      for (const one of all) await run.take(one);
      await run.judge();
    }),
    parameters({ numRuns: 60, seed: 30 }),
  );
});
