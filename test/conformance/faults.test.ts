/** The checker's own proof: a server that keeps every rule passes, and each fault put into it is found by its rule, and by no other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockingFaults, mediaFaults, transportFaults } from './fake/behaviour-faults.ts';
import type { Fault } from './fake/fault.ts';
import { type FakeServers, startFakes } from './fake/server.ts';
import { multivariantFaults, playlistFaults, timeFaults } from './fake/text-faults.ts';
import { allRules } from './rules/all.ts';
import { judgeAll, report, type Verdict } from './verdict.ts';
import { watch } from './watch.ts';

const none: Fault = { id: 'good', breaks: [] };
const faults = [
  none,
  ...multivariantFaults,
  ...playlistFaults,
  ...timeFaults,
  ...blockingFaults,
  ...mediaFaults,
  ...transportFaults,
];

/** Proven beside them, in rules/time.test.ts: no server can be so slow and keep the others. */
const provenOnPaper = ['segments-in-time'];

test('Each rule has a fault that breaks it', () => {
  const broken = new Set(faults.flatMap(({ breaks }) => breaks));
  const without = allRules.map(({ id }) => id).filter((id) => !broken.has(id) && !provenOnPaper.includes(id));
  assert.deepEqual(without, []);
  const rules = new Set(allRules.map(({ id }) => id));
  assert.equal(rules.size, allRules.length);
  for (const { id, breaks, mayBreak = [] } of faults) {
    for (const rule of [...breaks, ...mayBreak])
      assert.ok(rules.has(rule), `${id} breaks ${rule}, which is none`);
  }
});

/** Rules that go by a clock are held to it where they are meant; elsewhere the machine may be what broke them. */
function unexpected({ breaks, mayBreak = [] }: Fault, verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ outcome, rule }) => outcome === 'fail' && !rule.timed)
    .map(({ rule }) => rule.id)
    .filter((id) => !breaks.includes(id) && !mayBreak.includes(id));
}

/** Servers that are watched at a time: two cores have to be enough. */
const together = 14;

test('Each fault is found by its rules, and a good server has none', async (t) => {
  const start = async () => {
    const fakes = await startFakes(faults);
    t.after(() => fakes.close());
    return fakes;
  };
  /** What the checker did not do as it should, of one server. */
  const examine = async (fault: Fault, fakes: FakeServers): Promise<string | undefined> => {
    const { id, breaks } = fault;
    const verdicts = judgeAll(await watch({ url: fakes.url(id), also: fakes.other(id), seconds: 4 }));
    const failed = verdicts.filter(({ outcome }) => outcome === 'fail').map(({ rule }) => rule.id);
    const missed = breaks.filter((rule) => !failed.includes(rule));
    const others = unexpected(fault, verdicts);
    if (missed.length === 0 && others.length === 0) return undefined;
    const shown = report(verdicts.filter(({ outcome }) => outcome === 'fail'));
    return `${id}: not found by ${missed}, but by ${others}\n${shown}`;
  };
  const crowd = await start();
  const queue = [...faults];
  const again: Fault[] = [];
  const work = async () => {
    for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
      if ((await examine(fault, crowd)) !== undefined) again.push(fault);
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  // So many at a time may be too much for a machine: what was amiss must be so where the checker has it for itself.
  assert.ok(again.length <= 5, `${again.length} of ${faults.length} servers were not judged as they should`);
  const findings: string[] = [];
  crowd.close();
  for (const fault of again) {
    const finding = await examine(fault, await start());
    if (finding !== undefined) findings.push(finding);
  }
  assert.deepEqual(findings, [], findings.join('\n'));
});
