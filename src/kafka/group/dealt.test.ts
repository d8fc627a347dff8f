import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiConnection } from '../api.ts';
import { countDealt } from './dealt.ts';
import { encodeAssignment, type TopicPartitions } from './member-bytes.ts';

interface Group {
  readonly groupId: string;
  readonly errorCode?: number;
  readonly groupState?: string;
  readonly shares?: readonly TopicPartitions[];
}

/** A coordinator that answers so; what it was asked is noted. */
function coordinator(groups: readonly Group[] | Error, asked: Buffer[] = []): ApiConnection {
  const send: ApiConnection['send'] = (_key, _version, payload, _parser, _request, _response, callback) => {
    asked.push(Buffer.from((payload() as unknown as { buffer: Buffer }).buffer));
    if (groups instanceof Error) return callback(groups, undefined as never);
    const answer = groups.map(({ groupId, errorCode = 0, groupState = 'Stable', shares = [] }) => ({
      groupId,
      errorCode,
      groupState,
      members: shares.map((share) => ({ memberAssignment: encodeAssignment(share) })),
    }));
    callback(null, { groups: answer } as never);
  };
  return { send };
}

const share = (partitions: Record<string, number[]>): TopicPartitions => new Map(Object.entries(partitions));
const topics = new Set(['t', 'u', 'v']);

test('What all members have of each topic is counted', async () => {
  const shares = [share({ t: [0, 1], u: [0] }), share({ t: [2] }), share({})];
  const asked: Buffer[] = [];
  const other = { groupId: 'other', shares: [share({ t: [0], v: [0] })] };
  const connection = coordinator([other, { groupId: 'g', shares }, other], asked);
  assert.deepEqual(await countDealt(connection, 'g', topics), new Map(Object.entries({ t: 3, u: 1, v: 0 })));
  // One group of a name of one byte; no word of what may be done with it; no tags.
  assert.deepEqual(
    asked.map((bytes) => bytes.toString('hex')),
    ['02026700 00'.replace(' ', '')],
  );
});

test('What cannot be learnt is -1 of each topic', async () => {
  const unknown = new Map(Object.entries({ t: -1, u: -1, v: -1 }));
  const shares = [share({ t: [0] })];
  const answers = [
    [{ groupId: 'other', shares }],
    [{ groupId: 'g', shares, errorCode: 16 }],
    [{ groupId: 'g', shares, groupState: 'CompletingRebalance' }],
    new Error('the connection broke'),
  ];
  for (const answer of answers) assert.deepEqual(await countDealt(coordinator(answer), 'g', topics), unknown);
});
