import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMoving, isSuspect, type Probe, type Silence, verdictOn } from './silence.ts';

const silence = (
  quietMs: number,
  unacknowledged: number,
  retransmits = 0,
  retransmitIn?: number,
): Silence => ({
  quietMs,
  tcp: { unacknowledged, retransmits, retransmitIn },
});
const atOnce: Probe = { unreachableMs: 80, roundTripMs: 80 };
const afterCutOf5: Probe = { unreachableMs: 3000, roundTripMs: 280 };
const afterCut: Probe = { unreachableMs: 30_000, roundTripMs: 80 };

test('A probe is sent where something was sent again, or an answer takes long', () => {
  const cases: readonly (readonly [string, Silence, boolean])[] = [
    ['a slow line that carries what we send', silence(100_000, 900_000, 0, 200), false],
    ['a packet that was lost', silence(1500, 900_000, 1, 200), false],
    ['packets that are lost again', silence(1500, 900_000, 2, 800), true],
    ['a broker that takes in nothing more of it', silence(1000, 900_000, 0), true],
    ['a broker that has begun to work', silence(900, 0), false],
    ['a broker that works for long, or a line that is cut', silence(1000, 0), true],
  ];
  for (const [what, facts, expected] of cases) assert.equal(isSuspect(facts), expected, what);
});

test('Dead is what the cut of a line has left behind, and nothing that is merely slow', () => {
  const cases: readonly (readonly [string, Silence, Probe, ReturnType<typeof verdictOn>])[] = [
    ['an upload after a cut', silence(31_000, 900_000, 7, 12_000), afterCut, 'dead'],
    ['one over a long way, after a cut of 5 s', silence(5000, 900_000, 2, 4000), afterCutOf5, 'dead'],
    ['one that sends again in a moment', silence(31_000, 900_000, 7, 200), afterCut, 'wait'],
    ['one of which something was acknowledged since', silence(31_000, 900_000, 0, 200), afterCut, 'well'],
    ['an answer that was sent while the line was cut', silence(30_100, 0), afterCut, 'dead'],
    [
      'an answer that was sent just before a cut of 3 s',
      silence(3000, 0),
      { unreachableMs: 1900, roundTripMs: 80 },
      'dead',
    ],
    [
      'an answer that stopped in a cut, and may go on',
      { ...silence(30_100, 43, 0, 200), nudgedMs: 150 },
      afterCut,
      'wait',
    ],
    [
      'the same, of which the broker has heard just now',
      { ...silence(30_100, 0), nudgedMs: 150 },
      afterCut,
      'wait',
    ],
    [
      'the same, of which the broker has heard for longer',
      { ...silence(30_100, 0), nudgedMs: 200 },
      afterCut,
      'dead',
    ],
    [
      'the same, of which the broker does not hear',
      { ...silence(30_100, 43, 0, 200), nudgedMs: 300 },
      afterCut,
      'dead',
    ],
    [
      'the same, while others go on',
      { ...silence(30_100, 0), nudgedMs: 1500 },
      { ...afterCut, isUsed: true },
      'wait',
    ],
    ['the same for long', { ...silence(30_100, 0), nudgedMs: 1600 }, { ...afterCut, isUsed: true }, 'dead'],
    ['the same of a broker that takes its time', { ...silence(30_100, 0), nudgedMs: 9000 }, atOnce, 'well'],
    ['a request that went out after the cut', silence(5000, 0), afterCut, 'well'],
    [
      'an answer over a line so full that a probe has to wait, too',
      silence(5000, 0),
      { unreachableMs: 3000, roundTripMs: 3000 },
      'well',
    ],
    ['a slow line, with a probe that comes through', silence(100_000, 900_000, 0, 200), atOnce, 'well'],
    ['a slow line, with a probe that had to wait', silence(100_000, 900_000, 1, 900), afterCut, 'well'],
    ['replicas that are slow, a JoinGroup', silence(250_000, 0), atOnce, 'well'],
    [
      'the same, and a probe of which one packet was lost',
      silence(250_000, 0),
      { ...atOnce, unreachableMs: 1100 },
      'well',
    ],
    ['a line with loss', silence(2500, 900_000, 4, 2000), atOnce, 'well'],
    ['a connection that a NAT has forgotten', silence(12_000, 900_000, 5, 9000), atOnce, 'dead'],
    ['a broker that takes nothing (its window is closed)', silence(60_000, 900_000, 0), atOnce, 'well'],
  ];
  for (const [what, facts, probe, expected] of cases) assert.equal(verdictOn(facts, probe), expected, what);
});

test('Bytes get there as long as none has to be sent again, or fewer are left than before', () => {
  const cases: readonly (readonly [string, Silence, number | undefined, boolean])[] = [
    ['a slow line that carries what we send', silence(9000, 900_000, 0, 200), undefined, true],
    ['the same, with more to send since', silence(9000, 900_000, 0, 200), 800_000, true],
    ['a line that is cut', silence(9000, 900_000, 3, 2000), 900_000, false],
    ['a line on which a packet was lost, and others were not', silence(9000, 800_000, 1, 200), 900_000, true],
    ['a broker that reads slowly', silence(9000, 800_000), 900_000, true],
    ['a broker that reads no more', silence(9000, 900_000), 900_000, false],
    ['a broker that has all of it since', silence(9000, 0), 900_000, true],
    ['a broker that works', silence(9000, 0), 0, false],
    ['a broker that works, seen for the first time', silence(9000, 0), undefined, false],
  ];
  for (const [what, { tcp }, before, expected] of cases) assert.equal(isMoving(tcp, before), expected, what);
});
