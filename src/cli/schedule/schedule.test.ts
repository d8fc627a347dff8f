import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExitCode } from '../../errors.ts';
import { type Clock, runBySchedule, type ScheduleEvent } from './run-by-schedule.ts';
import { patternFault, Schedule } from './schedule.ts';

const minute = 60_000;

interface Played {
  readonly starts: readonly string[];
  readonly events: readonly ScheduleEvent[];
  readonly code: ExitCode;
}

interface Play {
  readonly patterns: readonly string[];
  readonly zone?: string;
  readonly from: string;
  readonly until: string;
  /** Milliseconds that the run takes that begins then. */
  readonly takes?: (start: string) => number;
  /** Milliseconds that the clock is late when it is to wake at that time. */
  readonly late?: (due: string) => number;
  readonly exits?: (start: string) => ExitCode;
}

/** A day in no time: the clock goes on when somebody waits, and while a run is under way. */
async function play({
  patterns,
  zone = 'Europe/Berlin',
  from,
  until,
  takes,
  late,
  exits,
}: Play): Promise<Played> {
  const stop = new AbortController();
  const end = Date.parse(until);
  let now = Date.parse(from);
  const starts: string[] = [];
  const events: ScheduleEvent[] = [];
  let isRunning = false;
  const clock: Clock = {
    now: () => now,
    async until(time) {
      assert.ok(!isRunning);
      now = Math.max(now, time + (late?.(iso(time)) ?? 0));
      if (now > end) stop.abort();
    },
  };
  const code = await runBySchedule({
    schedule: new Schedule(patterns, zone),
    clock,
    signal: stop.signal,
    tell: (event) => events.push(event),
    async run() {
      assert.ok(!isRunning, 'never two at once');
      isRunning = true;
      const start = iso(now);
      starts.push(start);
      now += takes?.(start) ?? 1000;
      await Promise.resolve();
      isRunning = false;
      return exits?.(start) ?? ExitCode.ok;
    },
  });
  return { starts, events, code };
}

function iso(time: number): string {
  return new Date(time).toISOString().slice(0, 16);
}

test('in spring what is of a time that is left out runs right after it, and what is of every half hour goes on', async () => {
  const spring = { from: '2026-03-28T12:00Z', until: '2026-03-30T12:00Z' };
  const night = await play({ patterns: ['30 2 * * *'], ...spring });
  assert.deepEqual(night.starts, ['2026-03-29T01:00', '2026-03-30T00:30']);
  const often = await play({
    patterns: ['0,30 * * * *'],
    from: '2026-03-29T00:10Z',
    until: '2026-03-29T02:10Z',
  });
  assert.deepEqual(
    often.starts.map((start) => start.slice(11)),
    ['00:30', '01:00', '01:30', '02:00'],
  );
});

test('in autumn what is of a time that comes twice runs once, and what is of every half hour goes on', async () => {
  const night = await play({
    patterns: ['30 2 * * *'],
    from: '2026-10-24T12:00Z',
    until: '2026-10-26T12:00Z',
  });
  assert.deepEqual(night.starts, ['2026-10-25T00:30', '2026-10-26T01:30']);
  const often = await play({
    patterns: ['0,30 * * * *'],
    from: '2026-10-24T23:40Z',
    until: '2026-10-25T02:10Z',
  });
  assert.deepEqual(
    often.starts.map((start) => start.slice(11)),
    ['00:00', '00:30', '01:00', '01:30', '02:00'],
  );
});

test('several patterns are one schedule, and what they have in common is one run', async () => {
  const { starts } = await play({
    patterns: ['0 8 * * mon-fri', '0 * * * mon', '30 23 28 2 *'],
    zone: 'UTC',
    from: '2026-03-02T06:30Z',
    until: '2026-03-02T09:30Z',
  });
  assert.deepEqual(starts, ['2026-03-02T07:00', '2026-03-02T08:00', '2026-03-02T09:00']);
});

test('while a run goes on those that are due are left out, and told', async () => {
  const { starts, events } = await play({
    patterns: ['*/10 * * * *'],
    from: '2026-06-01T00:05Z',
    until: '2026-06-01T01:05Z',
    takes: (start) => (start === '2026-06-01T00:20' ? 25 * minute : 5000),
  });
  assert.deepEqual(
    starts.map((start) => start.slice(11)),
    ['00:10', '00:20', '00:50', '01:00'],
  );
  const skipped = events.flatMap((event) => (event.type === 'run-skipped' ? event : []));
  assert.deepEqual(skipped, [
    {
      type: 'run-skipped',
      due: Date.parse('2026-06-01T00:30Z'),
      count: 2,
      reason: 'still-running',
    },
  ]);
});

test('a run that lasts right to the next start leaves that one out', async () => {
  const { starts } = await play({
    patterns: ['*/10 * * * *'],
    from: '2026-06-01T00:05Z',
    until: '2026-06-01T00:35Z',
    takes: () => 10 * minute,
  });
  assert.deepEqual(
    starts.map((start) => start.slice(11)),
    ['00:10', '00:30'],
  );
});

test('a machine that slept over a start leaves it out, and says so; one that is a little late runs', async () => {
  const late = (due: string) => ({ '2026-06-01T02:00': 150 * minute, '2026-06-01T06:00': 30_000 })[due] ?? 0;
  const { starts, events } = await play({
    patterns: ['0 * * * *'],
    from: '2026-06-01T00:30Z',
    until: '2026-06-01T07:30Z',
    late,
  });
  assert.deepEqual(
    starts.map((start) => start.slice(11)),
    ['01:00', '05:00', '06:00', '07:00'],
  );
  const [skipped, ...others] = events.filter(({ type }) => type === 'run-skipped');
  assert.deepEqual(skipped, {
    type: 'run-skipped',
    due: Date.parse('2026-06-01T02:00Z'),
    count: 3,
    reason: 'too-late',
  });
  assert.equal(others.length, 0);
});

test('a machine that wakes right at a later start runs then', async () => {
  const { starts, events } = await play({
    patterns: ['0 * * * *'],
    from: '2026-06-01T00:30Z',
    until: '2026-06-01T03:30Z',
    late: (due) => (due === '2026-06-01T01:00' ? 60 * minute + 5000 : 0),
  });
  assert.deepEqual(
    starts.map((start) => start.slice(11)),
    ['02:00', '03:00'],
  );
  assert.equal(events.filter(({ type }) => type === 'run-skipped').length, 1);
});

test('the exit code is that of the worst run, whichever came last', async () => {
  const codes = [ExitCode.ok, ExitCode.incomplete, ExitCode.unreachable, ExitCode.incomplete, ExitCode.ok];
  let at = 0;
  const { code } = await play({
    patterns: ['0 * * * *'],
    from: '2026-06-01T00:30Z',
    until: '2026-06-01T05:30Z',
    exits: () => codes[at++] ?? ExitCode.ok,
  });
  assert.equal(code, ExitCode.unreachable);
});

test('each run is announced before it is waited for', async () => {
  const { events } = await play({
    patterns: ['0 * * * *'],
    from: '2026-06-01T00:30Z',
    until: '2026-06-01T01:30Z',
  });
  assert.deepEqual(
    events.map((event) => (event.type === 'next-run' ? iso(event.at) : event.type)),
    ['2026-06-01T01:00', '2026-06-01T02:00'],
  );
});

test('patterns that mean nothing, or a time that never comes, are refused', () => {
  for (const pattern of ['', 'bad', '60 * * * *', '* * * * * * *', '0 0 30 2 *', '* * * *'])
    assert.equal(typeof patternFault(pattern), 'string', pattern);
  for (const pattern of ['0,30 * * * *', '*/5 * * * mon-fri', '@daily', '0 0 L * *', '0 0 29 2 *'])
    assert.equal(patternFault(pattern), undefined, pattern);
});

test('each time of the day runs once over both changes of the clock, also where a pattern names several', () => {
  const starts = (pattern: string, zone: string, from: string, count: number): string[] => {
    const schedule = new Schedule([pattern], zone);
    const found: string[] = [];
    for (let at = Date.parse(from); found.length < count; ) {
      at = schedule.next(at)!;
      found.push(iso(at));
    }
    return found;
  };
  const [spring, autumn] = ['2026-03-28T12:00Z', '2025-10-25T12:00Z'];
  const vienna = (pattern: string, from: string, count: number) =>
    starts(pattern, 'Europe/Vienna', from, count);
  assert.deepEqual(vienna('15,45 2 * * *', spring, 2), ['2026-03-29T01:00', '2026-03-30T00:15']);
  assert.deepEqual(vienna('15,45 2 * * *', autumn, 3), [
    '2025-10-26T00:15',
    '2025-10-26T00:45',
    '2025-10-27T01:15',
  ]);
  assert.deepEqual(vienna('0 */2 * * *', '2025-10-25T22:00Z', 2), ['2025-10-26T00:00', '2025-10-26T03:00']);
  // 02:00, which is left out, and 03:00 are one moment.
  assert.deepEqual(vienna('0 1-3 * * *', '2026-03-28T22:00Z', 3), [
    '2026-03-29T00:00',
    '2026-03-29T01:00',
    '2026-03-29T23:00',
  ]);
  // Midnight itself is left out there, and half an hour comes twice.
  assert.deepEqual(starts('@daily', 'America/Asuncion', '2024-10-05T12:00Z', 2), [
    '2024-10-06T04:00',
    '2024-10-07T03:00',
  ]);
  assert.deepEqual(starts('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00Z', 2), [
    '2026-04-04T14:45',
    '2026-04-05T15:15',
  ]);
  assert.deepEqual(vienna('*/30 * * * *', '2025-10-26T00:10Z', 3), [
    '2025-10-26T00:30',
    '2025-10-26T01:00',
    '2025-10-26T01:30',
  ]);
});
