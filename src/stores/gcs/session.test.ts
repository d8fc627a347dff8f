import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32cText } from '../objects/crc32c-text.ts';
import { StoreFault } from '../store-fault.ts';
import { Session, type SessionAnswer, unit } from './session.ts';

const partSize = 4 * unit;
const bytes = Buffer.alloc(2 * partSize + unit + 7, 'bytes of a file, ');
const part = (number: number): Buffer => bytes.subarray((number - 1) * partSize, number * partSize);
const away = new StoreFault('the line broke', { scope: 'sink', code: 'EAGAIN' });

/** A server that keeps what `keeps` lets it, and what was asked of it. `fault`: thrown behind what was kept. */
function server(
  keeps: (range: string, length: number) => number,
  fault: (range: string) => unknown = () => undefined,
) {
  const asked: string[] = [];
  let kept = Buffer.alloc(0);
  let made: SessionAnswer | undefined;
  const send = async (range: string, body: Uint8Array, checksum?: string): Promise<SessionAnswer> => {
    asked.push(range);
    // What comes beside it would be seen.
    await new Promise((resolve) => setImmediate(resolve));
    const [, from, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(range)!;
    if (from !== undefined) {
      assert.ok(Number(from) <= kept.length, 'there is a gap');
      const fresh = Buffer.from(body).subarray(kept.length - Number(from));
      kept = Buffer.concat([kept, fresh.subarray(0, keeps(range, fresh.length))]);
    }
    if (total !== '*' && Number(total) === kept.length) {
      made = { made: { generation: '1' } };
      assert.equal(checksum, crc32cText(bytes));
    }
    const error = fault(range);
    if (error !== undefined) throw error;
    return made ?? { has: kept.length };
  };
  return { asked, send, whole: () => kept };
}

const all = (_: string, length: number): number => length;

function sessionOf(send: ReturnType<typeof server>['send']): Session {
  return new Session({ condition: 'nothing', partSize, send, shown: 'gs://bucket/a' });
}

test('Parts that come at once go up in their order, and what is left over with the end', async () => {
  const { asked, send, whole } = server(all);
  const session = sessionOf(send);
  await Promise.all([session.take(2, part(2)), session.take(1, part(1)), session.take(3, part(3))]);
  assert.equal(whole().length, bytes.length - 7);
  const end = 2 * partSize + unit;
  assert.deepEqual(asked, [
    `bytes 0-${partSize - 1}/*`,
    `bytes ${partSize}-${2 * partSize - 1}/*`,
    `bytes ${2 * partSize}-${end - 1}/*`,
  ]);
  assert.deepEqual(await session.finish(), { generation: '1' });
  assert.equal(asked.at(-1), `bytes ${end}-${end + 6}/${bytes.length}`);
  assert.ok(whole().equals(bytes));
  assert.deepEqual([session.checksum, session.total], [crc32cText(bytes), bytes.length]);
});

test('What the server did not keep is sent again, and nothing else', async () => {
  let isFirst = true;
  const { asked, send } = server((_, length) => {
    if (!isFirst) return length;
    isFirst = false;
    return unit;
  });
  await sessionOf(send).take(1, part(1));
  assert.deepEqual(asked, [`bytes 0-${partSize - 1}/*`, `bytes ${unit}-${partSize - 1}/*`]);
});

test('After an answer that was lost the server is asked what it has', async () => {
  let faults = 1;
  const { asked, send, whole } = server(all, () => (faults-- > 0 ? away : undefined));
  const session = sessionOf(send);
  const [first, second] = await Promise.allSettled([session.take(1, part(1)), session.take(2, part(2))]);
  // The second one hears why it could not go.
  assert.deepEqual(
    [first, second].map(({ status, reason }: { status: string; reason?: unknown }) => [status, reason]),
    [
      ['rejected', away],
      ['rejected', away],
    ],
  );
  await Promise.all([session.take(1, part(1)), session.take(2, part(2))]);
  assert.deepEqual(asked.slice(1), ['bytes */*', `bytes ${partSize}-${2 * partSize - 1}/*`]);
  assert.ok(whole().equals(bytes.subarray(0, 2 * partSize)));
});

test('An object whose answer was lost is made once', async () => {
  let isLost = true;
  const { asked, send } = server(all, (range) => {
    if (range.endsWith('/*') || !isLost) return undefined;
    isLost = false;
    return away;
  });
  const session = sessionOf(send);
  for (const number of [1, 2, 3]) await session.take(number, part(number));
  await assert.rejects(session.finish(), away);
  assert.deepEqual(await session.finish(), { generation: '1' });
  assert.equal(asked.at(-1), 'bytes */*');
});

test('A server that keeps nothing, or loses what it had, is not asked for ever', async () => {
  const deaf = sessionOf(server(() => 0).send);
  await assert.rejects(deaf.take(1, part(1)), { code: 'EAGAIN', message: /keeps none of the bytes/ });
  const { send } = server(all);
  let isLost = false;
  const session = sessionOf(async (range, body) => (isLost ? { has: 0 } : send(range, body)));
  await session.take(1, part(1));
  await session.take(2, part(2));
  isLost = true;
  await assert.rejects(session.take(3, part(3)), { code: 'ENOENT', message: /has lost some/ });
  for (const again of [() => session.take(3, part(3)), () => session.finish()])
    await assert.rejects(again, { code: 'ENOENT' });
});

test('A part before which nothing comes any more says so', async () => {
  await assert.rejects(sessionOf(server(all).send).take(2, part(2)), {
    code: 'EAGAIN',
    message: /what comes before this part did not arrive/,
  });
});

test('A file of whole pieces ends without bytes', async () => {
  const { asked, send } = server(all);
  const short = new Session({
    condition: 'nothing',
    partSize,
    shown: 'gs://bucket/a',
    send: async (range, body) => send(range, body, crc32cText(bytes)),
  });
  await short.take(1, part(1));
  assert.deepEqual(await short.finish(), { generation: '1' });
  assert.equal(asked.at(-1), `bytes */${partSize}`);
});
