import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../src/errors.ts';
import type { SourceFile } from '../../src/stores/contract.ts';
import type { MemorySource } from '../../src/stores/memory/source.ts';
import { encryptedFlow } from '../support/encrypted-flow.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

const digest = { compare: 'digest', packBelow: 200 } as const;
const names = ['large', 'small'];

async function sentFlow(): Promise<Flow> {
  const flow = new Flow();
  flow.source.write('large', noise(3000), { mtime: '1700000000000000000' });
  flow.source.write('small', noise(100), { mtime: '1700000000000000000' });
  await flow.up({ packBelow: 200 });
  return flow;
}

/** A source that says of its files what was so when it was made, as file systems do that note no change. */
async function blind(source: MemorySource) {
  const before = new Map<string, SourceFile>();
  for (const path of source.paths()) before.set(path, (await source.look(path))!);
  const seen = faultySource(source, () => {});
  return {
    ...seen,
    list: async function* (...args: Parameters<MemorySource['list']>) {
      for await (const file of source.list(...args)) yield before.get(file.path)!;
    },
    look: async (path: string) => before.get(path),
    open: async (path: string) => ({ ...(await source.open(path)), look: async () => before.get(path)! }),
  };
}

test('A file that was touched and has the same bytes is not sent again', async () => {
  for (const compare of ['size,time', 'digest'] as const) {
    const flow = await sentFlow();
    for (const path of names)
      flow.source.write(path, flow.source.bytes(path), { mtime: '1800000000000000000' });
    const up = await flow.up({ ...digest, compare });
    assert.deepEqual([up.files, up.unchanged], compare === 'digest' ? [0, 2] : [2, 0]);
    const again = await flow.up({ ...digest, compare: 'size,time' });
    assert.deepEqual([again.files, again.unchanged], [0, 2]);
  }
});

test('A file with other bytes that looks as it was sent is found by the digest alone', async () => {
  for (const compare of ['size,time', 'digest'] as const) {
    const flow = await sentFlow();
    const source = await blind(flow.source);
    for (const path of names) flow.source.write(path, noise(flow.source.bytes(path).length));
    const up = await flow.up({ ...digest, compare }, { source });
    assert.deepEqual([up.files, up.unchanged, up.failed], compare === 'digest' ? [2, 0, 0] : [0, 2, 0]);
    await flow.down();
    assert.equal(compare === 'digest', JSON.stringify(flow.received()) === JSON.stringify(flow.sent()));
  }
});

test('While it watches, each file is read once, and then what was touched', async () => {
  const flow = await sentFlow();
  const reads: string[] = [];
  let walks = 0;
  const counted = faultySource(flow.source, ({ method, name }) => {
    if (method === 'open') reads.push(name);
  });
  const source = {
    ...counted,
    list: (...args: Parameters<MemorySource['list']>) => {
      walks++;
      return flow.source.list(...args);
    },
  };
  const stop = new AbortController();
  const running = flow.up({ ...digest, once: false, scanInterval: 10, signal: stop.signal }, { source });
  await waitFor(() => reads.length === 2 && walks > 3);
  flow.source.touchInode('large');
  await waitFor(() => reads.length === 3);
  const before = walks;
  await waitFor(() => walks > before + 2);
  stop.abort();
  const up = await running;
  assert.deepEqual([up.files, up.failed, reads.toSorted()], [0, 0, ['large', 'large', 'small']]);
});

test('With an age to wait for, too, each is read in the first walk', async () => {
  const flow = await sentFlow();
  const source = await blind(flow.source);
  flow.source.write('small', noise(100));
  const up = await flow.up({ ...digest, minAge: 20 }, { source });
  assert.deepEqual([up.files, up.unchanged, up.failed], [1, 1, 0]);
});

test('Who encrypts and does not know the digests is refused', async (t) => {
  const { flow, anna, folder } = await encryptedFlow(t);
  flow.source.write('a', noise(100));
  const refused = flow.up({ ...digest, encryptTo: [anna.recipient] });
  await assert.rejects(
    refused,
    (error: Error) => error instanceof ConfigurationError && /--compare digest/.test(error.message),
  );
  const encrypted = { ...digest, encryptTo: [anna.recipient], encryptNames: `${folder}/names.key` };
  assert.equal((await flow.up(encrypted)).files, 1);
  const again = await flow.up(encrypted);
  assert.deepEqual([again.files, again.unchanged], [0, 1]);
});
