/** Encrypted files that are killed, given up, forged, moved about and mixed. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Recipients } from '../../src/files/shared/recipients.ts';
import type { NewRecord } from '../../src/kafka/contract.ts';
import { digestOf } from '../../src/records/checksum.ts';
import { decodeSealed } from '../../src/records/open-sealed.ts';
import { sealChunk, sealClose } from '../../src/records/seal-record.ts';
import { isSealed } from '../../src/records/topic-record.ts';
import { encryptedFlow, small } from '../support/encrypted-flow.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, type KeptRecord, noise } from '../support/flow.ts';
import { withHeader } from '../support/records.ts';

const limit = { maxMessageBytes: 4096 };

/** Stops an upload after so many bytes were read. */
async function half(flow: Flow, options: Parameters<Flow['up']>[0], bytes = 20_000): Promise<void> {
  const stop = new AbortController();
  const source = faultySource(
    flow.source,
    once('read', () => stop.abort(), bytes),
  );
  await flow.up({ signal: stop.signal, bufferBytes: 12_000, ...options }, { source });
}

/** The same records on a topic of their own, changed on the way. */
async function copied(
  records: readonly KeptRecord[],
  change: (record: KeptRecord, index: number) => NewRecord[],
): Promise<Flow> {
  const flow = new Flow(limit);
  const changed = records.flatMap((record, index) =>
    change(record, index).map((one) => ({ partition: record.partition, record: one })),
  );
  await flow.append(changed);
  return flow;
}

function kindOf(record: KeptRecord): string {
  return decodeSealed(record).of;
}

const same = ({ headers, value }: KeptRecord): NewRecord => ({ headers, value });

test('An interrupted upload goes on with another key, under the same id, and sends nothing twice', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  flow.source.write('a', noise(60_000));
  for (const encryptNames of [undefined, join(folder, 'names.key')]) {
    const options = {
      encryptTo: [anna.recipient],
      ...(encryptNames === undefined ? {} : { encryptNames, resend: true }),
    };
    await half(flow, options);
    await flow.down({ identity: [anna.file] });
    const { resend: _, ...again } = options as typeof options & { readonly resend?: boolean };
    assert.equal((await flow.up(again)).files, 1);
    assert.ok(flow.told('sent').at(-1)!.resumedFrom > 10_000);
    const sealed = (await flow.records()).map(decodeSealed);
    const last = sealed.filter(
      ({ upload }) =>
        upload ===
        sealed
          .map((one) => one.upload)
          .toSorted()
          .at(-1),
    );
    assert.equal(new Set(last.map(({ key }) => key)).size, 2, 'two runs, two keys');
    assert.equal(
      new Set(last.filter(({ of }) => of === 'chunk').map(({ offset }) => offset)).size,
      last.length - 1,
    );
    const down = await flow.down({ identity: [anna.file] });
    assert.deepEqual([down.files, down.failed, down.open], [1, 0, 0]);
    assert.deepEqual(flow.received(), flow.sent());
    flow.source.write('a', noise(60_000));
  }
});

test('With other recipients, or none, a half sent upload is given up and begun anew', async (t) => {
  const { flow, folder, anna, bert } = await encryptedFlow(t);
  flow.source.write('a', noise(60_000));
  await half(flow, { encryptTo: [anna.recipient] });
  await half(flow, { encryptTo: [anna.recipient, bert.recipient] });
  await half(flow, {});
  await half(flow, { encryptTo: [anna.recipient], encryptNames: join(folder, 'names.key') });
  const up = await flow.up({ encryptTo: [bert.recipient], encryptNames: join(folder, 'names.key') });
  assert.equal(up.files, 1);
  assert.ok(flow.told('sent').every(({ resumedFrom }) => resumedFrom === 0));
  const down = await flow.down({ identity: [bert.file] });
  assert.deepEqual([down.files, down.open], [1, 0]);
  assert.deepEqual(flow.received(), flow.sent());
  const clear = (await flow.records()).filter((record) => !isSealed(record));
  assert.ok(
    clear.some(({ decoded }) => decoded?.kind === 'abort'),
    'what was begun in clear is given up in clear',
  );
});

test('Where names are encrypted that stood in clear before, it is begun anew as well', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  flow.source.write('a', noise(60_000));
  const encryptTo = [anna.recipient];
  await half(flow, { encryptTo });
  await flow.down({ identity: [anna.file] });
  const up = await flow.up({ encryptTo, encryptNames: join(folder, 'names.key') });
  assert.deepEqual([up.files, flow.told('sent')[0]!.resumedFrom], [1, 0]);
  const down = await flow.down({ identity: [anna.file] });
  assert.deepEqual([down.files, down.failed], [1, 0]);
  assert.deepEqual(flow.received(), flow.sent());
});

test('A file that goes away half sent is given up, and readers with the key discard what came', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  for (const encryptNames of [undefined, join(folder, 'names.key')]) {
    const options = { encryptTo: [anna.recipient], ...(encryptNames === undefined ? {} : { encryptNames }) };
    flow.source.write('a', noise(60_000));
    await half(flow, options);
    assert.equal((await flow.down({ identity: [anna.file] })).open, 1);
    flow.source.remove('a');
    flow.source.write('b', noise(10));
    await flow.up(options);
    const down = await flow.down({ identity: [anna.file] });
    assert.deepEqual([down.open, down.failed, flow.disk.parts.size], [0, 0, 0]);
  }
  assert.equal(flow.told('aborted').length, 2);
});

test('Whatever is done to records of a file, it is never received as another', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  const options = { encryptTo: [anna.recipient], encryptNames: join(folder, 'names.key') };
  const identity = [anna.file];
  const [old, now, other] = [noise(9000), noise(9000), noise(9000)];
  flow.source.write('a', old);
  await flow.up(options);
  flow.source.write('a', now);
  flow.source.write('b', other);
  await flow.up(options);
  const records = await flow.records();
  const uploads = new Map(records.map((record) => [decodeSealed(record).upload, 0]));
  const [first, second] = [...uploads.keys()].toSorted();
  const chunkOf = (upload: string | undefined, offset: number): KeptRecord =>
    records.find((record) => {
      const { of, ...sealed } = decodeSealed(record);
      return of === 'chunk' && sealed.upload === upload && sealed.offset === offset;
    })!;
  const isOf = (record: KeptRecord, upload: string | undefined): boolean =>
    decodeSealed(record).upload === upload;
  const flip = (bytes: Uint8Array): Buffer => {
    const copy = Buffer.from(bytes);
    copy[Math.floor(copy.length / 2)]! ^= 4;
    return copy;
  };
  const ruins: Record<string, (record: KeptRecord) => NewRecord[]> = {
    'a byte changed': (record) =>
      isOf(record, second) && kindOf(record) === 'chunk'
        ? [{ ...same(record), value: flip(record.value!) }]
        : [same(record)],
    'chunks of the version before': (record) =>
      record === chunkOf(second, 0) ? [{ ...same(record), value: chunkOf(first, 0).value }] : [same(record)],
    'a whole record of the version before, renamed': (record) =>
      record === chunkOf(second, 0)
        ? [withHeader(same(chunkOf(first, 0)), 'upload', second!)]
        : [same(record)],
    'a chunk left out': (record) => (record === chunkOf(second, 0) ? [] : [same(record)]),
    'a chunk cut': (record) =>
      record === chunkOf(second, 0)
        ? [{ ...same(record), value: record.value!.subarray(0, -9) }]
        : [same(record)],
    'the closing record of another file': (record) =>
      isOf(record, second) && kindOf(record) === 'close'
        ? [
            {
              ...same(record),
              value: records.find((one) => kindOf(one) === 'close' && !isOf(one, second))!.value,
            },
          ]
        : [same(record)],
    'a smaller size': (record) =>
      isOf(record, second) ? [withHeader(same(record), 'size', '0000000000003000')] : [same(record)],
  };
  for (const [what, ruin] of Object.entries(ruins)) {
    const ruined = await copied(records, ruin);
    const down = await ruined.down({ identity });
    const found = [...ruined.disk.files.values()].map(({ bytes }) => digestOf('sha256', bytes));
    for (const digest of found) {
      assert.ok(
        [old, now, other].some((bytes) => digestOf('sha256', bytes) === digest),
        `${what}: other bytes`,
      );
    }
    assert.ok(down.failed > 0 || down.open > 0, `${what} is not told`);
    assert.ok(ruined.disk.files.has('shop/b') || ruined.disk.files.has('shop/a'), `${what}: others go on`);
  }
  const twice = await copied(records, (record) => [same(record), same(record)]);
  const down = await twice.down({ identity });
  assert.equal(down.failed, 0, 'what comes twice changes nothing');
  assert.deepEqual(twice.received(), flow.sent());
  const turned = await copied(records.toReversed(), (record) => [same(record)]);
  assert.equal((await turned.down({ identity })).failed, 0);
  assert.deepEqual(turned.received(), flow.sent());
});

test('A stranger who knows the recipient cannot put a part of his own into a file that he does not know', async (t) => {
  const { flow, anna } = await encryptedFlow(t);
  flow.source.write('a', noise(9000));
  await flow.up({ encryptTo: [anna.recipient] });
  const records = await flow.records();
  const victim = records.find((record) => kindOf(record) === 'chunk' && decodeSealed(record).offset === 0)!;
  const { uploader, path, upload, size } = decodeSealed(victim);
  const key = await (await Recipients.open({ encryptTo: [anna.recipient] }))!.newKey();
  const ref = { uploader, path, upload };
  const bytes = noise(9000);
  const own = sealChunk(
    { key, path },
    { ...ref, size, offset: 0, checksum: 'sha256', bytes: Buffer.from(bytes.subarray(0, 500)) },
  );
  const facts = { size, digest: digestOf('sha256', bytes), mtime: '0', mode: 0o644 };
  const close = sealClose({ key, path }, { ...ref, ...facts });
  const forgeries: [string, (record: KeptRecord, index: number) => NewRecord[]][] = [
    ['a part in its place', (record) => (record === victim ? [own] : [same(record)])],
    ['a part before all', (record, index) => (index === 0 ? [own, same(record)] : [same(record)])],
    [
      'a part, and an end',
      (record) => (kindOf(record) === 'close' ? [close] : record === victim ? [own] : [same(record)]),
    ],
  ];
  for (const [what, forge] of forgeries) {
    const forged = await copied(records, forge);
    const down = await forged.down({ identity: [anna.file] });
    assert.deepEqual([down.files, down.failed], [0, down.failed], what);
    assert.ok(down.failed > 0, what);
    assert.equal(forged.disk.files.has('shop/a'), false, what);
  }
});

test('Records in clear do not mix into an encrypted upload', async (t) => {
  const { flow, anna } = await encryptedFlow(t);
  flow.source.write('a', noise(9000));
  await flow.up({ encryptTo: [anna.recipient] });
  const records = await flow.records();
  const { uploader, path, upload } = decodeSealed(records[0]!);
  const plain = new Flow(limit);
  plain.source.write('a', noise(9000));
  await plain.up();
  const [chunk] = await plain.records();
  const [text, header] = [
    withHeader,
    (name: string, value: string) => (record: NewRecord) => text(record, name, value),
  ];
  const mixed = [header('uploader', uploader), header('path', path), header('upload', upload)].reduce(
    (record, change) => change(record),
    same(chunk!),
  );
  const ruined = await copied(records, (record, index) =>
    index === 1 ? [mixed, same(record)] : [same(record)],
  );
  const down = await ruined.down({ identity: [anna.file] });
  assert.deepEqual([down.files, down.failed], [1, 1]);
  assert.match(
    ruined.told('refused-record')[0]!.reason,
    /some records of upload .* are encrypted, and some are not/,
  );
  assert.deepEqual(ruined.received(), flow.sent());
});

test('An uploader that encrypts names leaves no secret of contents behind, and no name in clear where one stood', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  flow.source.write('a secret name', noise(60));
  await flow.up(small);
  flow.source.write('a secret name', noise(70));
  await flow.up({ ...small, encryptTo: [anna.recipient], encryptNames: join(folder, 'names.key') });
  const state = await flow.records('files.state');
  const standing = new Map(state.map(({ key, value }) => [String(key), value]));
  assert.equal(standing.get('shop/a secret name'), null, 'what stood there is removed');
  const again = await flow.up({
    ...small,
    encryptTo: [anna.recipient],
    encryptNames: join(folder, 'names.key'),
  });
  assert.deepEqual([again.files, again.unchanged], [0, 1]);
});
