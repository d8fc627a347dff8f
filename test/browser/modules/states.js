// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canFollow, refusalOf, stateOf } from '../../../web/states.js';

/** @type {import('../../../web/states.js').Facts} */
const playing = {
  stream: 'cam',
  refused: undefined,
  unplayable: undefined,
  blocked: false,
  ended: false,
  paused: false,
  waiting: false,
  waited: 0,
  disconnected: false,
  published: true,
  shown: true,
  over: false,
  live: true,
};
const waiting = { waiting: true, waited: 5000 };

/** @type {readonly (readonly [string, Partial<typeof playing>, string | undefined, string?])[]} name, facts, message, offer */
const rows = [
  ['none', { stream: undefined, paused: true }, undefined],
  ['playing', {}, undefined],
  ['playing', { waiting: true, waited: 400 }, undefined],
  ['rewound', { live: false }, undefined],
  ['recording', { over: true }, undefined],
  ['opening', { waiting: true, waited: 600, shown: false }, undefined],
  ['opening', { waiting: true, waited: 600, paused: true }, undefined],
  ['slow', { ...waiting, shown: false }, 'Waiting for the picture …'],
  ['slow', { ...waiting, live: false }, 'Waiting for the picture …'],
  ['interrupted', waiting, 'Waiting for the publisher …'],
  [
    'unpublished',
    { ...waiting, published: false, shown: false },
    'Nobody is publishing this stream. It begins here as soon as somebody does.',
  ],
  ['disconnected', { ...waiting, disconnected: true, published: false }, 'Connecting again …'],
  ['paused', { paused: true }, undefined, 'play'],
  ['paused', { paused: true, over: true }, undefined, 'play'],
  [
    'blocked',
    { blocked: true, paused: true, shown: false },
    'This browser plays nothing by itself. Press Play.',
    'play',
  ],
  ['ended', { ended: true, over: true }, 'The programme has ended.', 'again'],
  ['ended', { ended: true, paused: true, ...waiting }, 'The programme has ended.', 'again'],
  [
    'unplayable',
    { unplayable: 'video/mp4; codecs="hvc1.1,mp4a.40.2"', ...waiting },
    'This browser does not play H.265 (HEVC) with AAC.',
  ],
  ['unplayable', { unplayable: '', paused: true }, 'This browser does not play the codecs of this stream.'],
  ['refused', { refused: 'no', paused: true, ended: true, ...waiting }, 'no', 'retry'],
];

test('each state has its words and one thing to do, the gravest first', () => {
  for (const [name, facts, message, offers] of rows) {
    const state = stateOf({ ...playing, ...facts });
    assert.deepEqual(
      [state.name, state.message, state.offers],
      [name, message, offers],
      JSON.stringify(facts),
    );
  }
});

test('every combination of facts is one state; what spins comes by itself, and asks for nothing', () => {
  const either = [false, true];
  const names = new Set();
  for (const paused of either)
    for (const blocked of either)
      for (const ended of either)
        for (const disconnected of either)
          for (const published of either)
            for (const shown of either)
              for (const over of either)
                for (const live of either)
                  for (const waited of [0, 600, 5000]) {
                    const flags = { paused, blocked, ended, disconnected, published, shown, over, live };
                    const state = stateOf({ ...playing, ...flags, waiting: waited > 0, waited });
                    names.add(state.name);
                    if (state.spins) assert.equal(state.offers, undefined);
                    if (ended) assert.equal(state.name, 'ended');
                  }
  assert.equal(names.size, 11);
});

test('a refusal in words for viewers', () => {
  assert.match(refusalOf('the token has expired'), /expired/);
  assert.match(refusalOf('the token is not valid'), /not valid/);
  assert.match(refusalOf('a token is needed'), /needs a valid token/);
  assert.match(refusalOf(''), /needs a valid token/);
});

test('codecs may follow one another in a buffer, other kinds of tracks may not', () => {
  const type = (/** @type {string} */ codecs) => `video/mp4; codecs="${codecs}"`;
  const rows = /** @type {const} */ ([
    ['avc1.64001f,mp4a.40.2', 'avc1.42c00d,mp4a.40.5', true],
    ['avc1.64001f,mp4a.40.2', 'hvc1.1.6.L93.B0,opus', true],
    ['avc1.64001f,mp4a.40.2', 'mp4a.40.2,avc1.64001f', true],
    ['avc1.64001f,mp4a.40.2', 'avc1.64001f', false],
    ['avc1.64001f', 'avc1.64001f,mp4a.40.2', false],
    ['mp4a.40.2', 'avc1.64001f', false],
  ]);
  for (const [before, after, can] of rows) assert.equal(canFollow(type(before), type(after)), can, after);
});
