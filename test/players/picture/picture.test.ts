/** A painted picture is read again, in every form in which players give it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { temporaryFolder } from '../../support/folder.ts';
import fc from '../../support/properties.ts';
import { makeFilm } from '../inputs/film.ts';
import { sightInBmp } from './bmp.ts';
import { type Colour, painter, places, readPicture } from './picture.ts';
import { type Sight, sightOf } from './sight.ts';
import { Y4mReader } from './y4m.ts';

const size = { width: 320, height: 180 };
const shape = { at: 0, aspect: 16 / 9 };

function look(bytes: Buffer, { width, height } = size): Sight {
  const colourAt = (x: number, y: number): Colour => {
    const place = (y * width + x) * 3;
    return [bytes[place]!, bytes[place + 1]!, bytes[place + 2]!];
  };
  return sightOf(colourAt, { width, height }, shape);
}

test('every number, in every size, can be read', () => {
  const property = fc.property(
    fc.integer({ min: 0, max: 4095 }),
    fc.constantFrom(size, { width: 180, height: 320 }, { width: 256, height: 144 }),
    fc.integer(),
    (number, some, seed) => {
      const { number: found, isTrue } = look(painter({ ...some, seed })(number), some);
      assert.deepEqual([found, isTrue], [number, true]);
    },
  );
  fc.assert(property, { numRuns: 200, seed: 1 });
});

test('two pictures in one, damage, and another colour are seen', () => {
  const paint = painter({ ...size, seed: 1 });
  const [one, two] = [5, 10].map((number) => Buffer.from(paint(number))) as [Buffer, Buffer];
  const mixed = one.map((byte, index) => (byte + two[index]!) / 2);
  assert.equal(look(Buffer.from(mixed)).number, undefined);
  const upsideDown = readPicture(places.map(([x, y]) => colourIn(one, 1 - x, 1 - y)));
  assert.equal(upsideDown.isTrue, false);
  const swapped = Buffer.from(one);
  for (let place = 0; place < swapped.length; place += 3) {
    [swapped[place], swapped[place + 2]] = [swapped[place + 2]!, swapped[place]!];
  }
  assert.deepEqual([look(swapped).number, look(swapped).isTrue], [5, false]);
});

function colourIn(bytes: Buffer, across: number, down: number): Colour {
  const place = (Math.floor(down * size.height) * size.width + Math.floor(across * size.width)) * 3;
  return [bytes[place]!, bytes[place + 1]!, bytes[place + 2]!];
}

test('YUV4MPEG2 as FFmpeg writes it, cut anywhere', async (t) => {
  const folder = await temporaryFolder(t);
  const coded = ['-vf', 'scale=240:180,setsar=4/3', '-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe'];
  const numbers = { rate: '30', from: 700, until: 704 };
  const film = await makeFilm({ folder, name: 'film.y4m', ...size, ...numbers, seed: 3, args: coded });
  const bytes = await readFile(film);
  for (const step of [1777, 100_000, bytes.length]) {
    const seen: Sight[] = [];
    const reader = new Y4mReader((sight) => seen.push(sight));
    for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
    assert.deepEqual(
      seen.map(({ number, isTrue, aspect }) => [number, isTrue, aspect.toFixed(2)]),
      [700, 701, 702, 703].map((number) => [number, true, '1.78']),
    );
  }
  assert.throws(() => new Y4mReader(() => {}).push(Buffer.from('some other bytes')), /no YUV4MPEG2/);
});

test('bitmaps, of which the last is not whole yet', async (t) => {
  const folder = await temporaryFolder(t);
  const args = ['-frames:v', '1', '-f', 'image2'];
  for (const depth of ['bgr24', 'bgra']) {
    const numbers = { rate: '30', from: 9, until: 10 };
    const name = `${depth}.bmp`;
    const path = await makeFilm({
      folder,
      name,
      ...size,
      ...numbers,
      seed: 3,
      args: ['-pix_fmt', depth, ...args],
    });
    const bytes = await readFile(path);
    const sight = sightInBmp(bytes, 0);
    assert.deepEqual([sight?.number, sight?.isTrue], [9, true], depth);
    assert.equal(sightInBmp(bytes.subarray(0, bytes.length - 1), 0), undefined);
  }
});
