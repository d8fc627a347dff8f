import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Logger, silentLogger } from '../../../log.ts';
import { refused } from './admit.ts';
import { type Reason, reason, reasonOf } from './reasons.ts';
import { RefusalLog } from './refusal-log.ts';

test('of many refusals some are told, and the others counted', () => {
  const lines: [object, string][] = [];
  const logger = Object.assign(Object.create(silentLogger) as Logger, {
    warn: (facts: object, message: string) => void lines.push([facts, message]),
  });
  const log = new RefusalLog(logger);
  for (let index = 0; index < 50; index++) log.tell(`10.0.0.${index}:5`, refused(reason.badSecret), 9999);
  assert.equal(lines.length, 20);
  assert.deepEqual(lines[19], [
    { address: '10.0.0.19:5', reason: 10 },
    'an SRT sender was refused: the passphrase is not ours',
  ]);
  log.tell('10.0.0.1:5', refused(reason.unsecure), 19_998);
  assert.equal(lines.length, 20);
  log.tell('10.0.0.1:5', refused(reason.unsecure), 19_999);
  log.tell('10.0.0.1:5', refused(reason.unsecure), 20_000);
  assert.deepEqual(
    lines.slice(20).map(([facts]) => facts),
    [
      { address: '10.0.0.1:5', reason: 11, unsaid: 31 },
      { address: '10.0.0.1:5', reason: 11 },
    ],
  );
});

test("the desk's refusals are numbers of SRT's access control", () => {
  const rows: readonly [Parameters<typeof reasonOf>[0], Reason][] = [
    ['denied', 1403],
    ['busy', 1409],
    ['full', 1402],
    ['closing', 1503],
    ['invalid', 1400],
  ];
  for (const [refusal, number] of rows) assert.equal(reasonOf(refusal), number);
});
