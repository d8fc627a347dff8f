import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, md5, noise, sha256 } from '../support/flow.ts';
import { Life, mortalKafka, mortalSink } from '../support/killable.ts';
import fc from '../support/properties.ts';

/** What happens to a source, an uploader, a downloader and their topics, in any order. */
type Step =
  | { readonly do: 'write' | 'replace'; readonly path: string; readonly size: number }
  | { readonly do: 'remove' | 'touch'; readonly path: string }
  /** A run that dies after so many calls to the outside. */
  | { readonly do: 'upload' | 'download'; readonly calls: number }
  /** A run that is stopped in good order while it reads its n-th piece. */
  | { readonly do: 'stop upload'; readonly pieces: number }
  | { readonly do: 'compact' | 'lose state' | 'add a partition' | 'replay' };

const path = fc.constantFrom('a', 'b', 'dir/c', 'dir/d', 'e');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('write' as const, 'replace' as const),
      path,
      size: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 700, max: 6000 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('remove' as const, 'touch' as const), path }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('upload' as const, 'download' as const),
      calls: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(Number.POSITIVE_INFINITY)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('stop upload' as const),
      pieces: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'compact' as const,
        'lose state' as const,
        'add a partition' as const,
        'replay' as const,
      ),
    }),
  },
);

const packBelow = 300;

/** Ends as a killed process may: with any error; the next run is what counts. */
async function survive(run: Promise<unknown>, life: Life): Promise<void> {
  await run.catch((error: unknown) => {
    if (!life.isOver) throw error;
  });
}

async function take(flow: Flow, one: Step): Promise<void> {
  const { source, cluster } = flow;
  const stands = 'path' in one && source.paths().includes(one.path);
  const kafka = cluster.client();
  await flow.prepare(kafka);
  switch (one.do) {
    case 'write':
      return source.write(one.path, noise(one.size));
    case 'replace':
      return source.replace(one.path, noise(one.size));
    case 'remove':
      return stands ? source.remove(one.path) : undefined;
    case 'touch':
      return stands ? source.touchInode(one.path) : undefined;
    case 'upload': {
      const life = new Life(one.calls);
      return survive(flow.up({ packBelow }, { kafka: mortalKafka(kafka, life) }), life);
    }
    case 'download': {
      const life = new Life(one.calls);
      const sink = mortalSink(new MemorySink(flow.disk), life);
      return survive(flow.down({ commitInterval: 1 }, { kafka: mortalKafka(kafka, life), sink }), life);
    }
    case 'stop upload': {
      const stop = new AbortController();
      let pieces = 0;
      const counted = faultySource(source, ({ method }) => {
        if (method === 'read' && ++pieces === one.pieces) stop.abort();
      });
      await flow.up({ packBelow, signal: stop.signal, bufferBytes: 2048 }, { source: counted });
      return;
    }
    case 'compact':
      return (await kafka.describeTopic('files.state')) === undefined
        ? undefined
        : cluster.compact('files.state');
    case 'lose state':
      return cluster.deleteTopic('files.state');
    case 'add a partition':
      return cluster.addPartitions(flow.topic, 1);
    case 'replay':
      await flow.down({ reset: true });
  }
}

/** What the topic says: of each path all digests that were accepted, oldest first, and the uploads that never ended. */
async function accepted(flow: Flow) {
  const versions = new Map<string, { upload: string; digest: string }[]>();
  const begun = new Map<string, string>();
  const ended = new Set<string>();
  for (const { decoded } of await flow.records()) {
    if (decoded?.kind === 'chunk') begun.set(decoded.upload, decoded.path);
    if (decoded?.kind === 'abort' || decoded?.kind === 'close') ended.add(decoded.upload);
    const closed = decoded?.kind === 'pack' ? decoded.files : decoded?.kind === 'close' ? [decoded] : [];
    for (const { path: name, upload, digest } of closed) {
      versions.set(name, [...(versions.get(name) ?? []), { upload, digest: digest.slice('sha256:'.length) }]);
    }
  }
  for (const all of versions.values()) all.sort((a, b) => (a.upload < b.upload ? -1 : 1));
  const orphans = [...begun].filter(([upload, name]) => {
    return !ended.has(upload) && (versions.get(name)?.at(-1)?.upload ?? '') < upload;
  });
  return { versions, orphans: orphans.map(([upload]) => upload) };
}

test('Whatever happens to both ends: in the end the sink holds the newest accepted version of every file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const flow = new Flow({ partitions: 2 });
      for (const one of steps) {
        await take(flow, one);
        const { versions } = await accepted(flow);
        for (const [name, digest] of Object.entries(flow.received(sha256))) {
          const digests = versions.get(name)?.map((version) => version.digest) ?? [];
          assert.ok(digests.includes(digest), `${name} holds what nobody sent`);
        }
      }
      await flow.up({ packBelow });
      const last = await flow.up({ packBelow });
      assert.deepEqual([last.files, last.failed], [0, 0], 'something was sent twice');
      const down = await flow.down();
      const { versions, orphans } = await accepted(flow);
      const newest = [...versions].map(([name, all]): [string, string] => [name, all.at(-1)!.digest]);
      assert.deepEqual(flow.received(sha256), Object.fromEntries(newest.toSorted()));
      for (const [name, digest] of Object.entries(flow.sent())) {
        assert.equal(
          md5(flow.disk.files.get(`shop/${name}`)!.bytes),
          digest,
          `${name} is not as at the source`,
        );
      }
      assert.deepEqual(flow.told('failed'), []);
      assert.ok(![...flow.disk.files.keys()].some((name) => name.endsWith('.DIGEST_MISMATCH')));
      assert.deepEqual([...flow.disk.parts.keys()].toSorted(), orphans.toSorted());
      assert.equal(down.open, orphans.length);
      const inodes = flow.inodes();
      await flow.down({ reset: true });
      assert.deepEqual(flow.inodes(), inodes, 'a replay rewrote something');
    }),
    { numRuns: 60, endOnFailure: false },
  );
});
