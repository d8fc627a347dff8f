// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTimeOf, timescaleOf } from '../../../web/mp4.js';

/** @param {string} type @param {...(number[] | Buffer)} content @returns {Buffer} */
function box(type, ...content) {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** @param {Buffer} bytes @returns {ArrayBuffer} */
const alone = (bytes) => Uint8Array.from(bytes).buffer;

/** @param {...number} values */
const numbers = (...values) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, index * 4);
  });
  return bytes;
};

test('the timescale of a movie, in both versions of its header', () => {
  const short = box('mdhd', numbers(0, 1, 2, 15_360, 0));
  const long = box('mdhd', numbers(0x0100_0000, 0, 1, 0, 2, 48_000, 0));
  for (const [header, timescale] of /** @type {const} */ ([
    [short, 15_360],
    [long, 48_000],
  ])) {
    const movie = box('moov', box('mvhd', numbers(0)), box('trak', box('tkhd'), box('mdia', header)));
    assert.equal(timescaleOf(alone(Buffer.concat([box('ftyp', numbers(1)), movie]))), timescale);
  }
});

test('the decode time of a fragment, in both versions of its box', () => {
  const short = box('tfdt', numbers(0, 61_440));
  const long = box('tfdt', numbers(0x0100_0000, 1, 5));
  for (const [time, ticks] of /** @type {const} */ ([
    [short, 61_440],
    [long, 2 ** 32 + 5],
  ])) {
    const fragment = box('moof', box('mfhd', numbers(0, 1)), box('traf', box('tfhd', numbers(0, 1)), time));
    assert.equal(decodeTimeOf(alone(Buffer.concat([fragment, box('mdat', numbers(1, 2))]))), ticks);
  }
});

test('what is no MP4 has no times', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(64), Buffer.alloc(64, 255)]) {
    assert.equal(timescaleOf(alone(bytes)), undefined);
    assert.equal(decodeTimeOf(alone(bytes)), undefined);
  }
});
