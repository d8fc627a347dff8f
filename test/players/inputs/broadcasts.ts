/** Inputs that come as MPEG-TS over the network, with all that goes wrong there. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFilm, toneInput } from './film.ts';
import { eventAt, type Input, length, type MadeInput, seed } from './input.ts';
import { lossy } from './sender.ts';

const rate = 25;
/** Bits a second of all packets: a sender that sends as many bytes in each second is in time. */
const muxed = 1_200_000;
const event = eventAt * rate;
const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '25', '-pix_fmt', 'yuv420p'];
const bits = ['-b:v', '500k', '-maxrate', '500k', '-bufsize', '250k', '-c:a', 'aac', '-b:a', '96k'];
const packets = ['-muxrate', String(muxed), '-muxpreload', '0', '-muxdelay', '0', '-f', 'mpegts'];
/** Seconds after which the 33 bits of a time stamp begin anew. */
const wrapAfter = 2 ** 33 / 90_000;

interface Piece {
  /** Seconds of the film. */
  readonly from: number;
  readonly until: number;
  /** Seconds that its time stamps are ahead of the film. */
  readonly ahead?: number;
  readonly channels?: number;
  /** Seconds by which the sound begins later. */
  readonly soundLater?: number;
}

async function pieceOf(folder: string, piece: Piece): Promise<Buffer> {
  const { from, until, ahead = 0, channels = 2, soundLater = 0 } = piece;
  const inputs = toneInput(until - from, soundLater === 0 ? [] : ['-itsoffset', String(soundLater)]);
  const stamps = ['-output_ts_offset', String(from + ahead)];
  const args = [
    '-map',
    '0:v',
    '-map',
    '1:a',
    ...x264,
    ...bits,
    '-ac',
    String(channels),
    ...stamps,
    ...packets,
  ];
  const numbers = { from: from * rate, until: until * rate };
  const name = `piece-${from}.ts`;
  const size = { width: 320, height: 180 };
  return readFile(
    await makeFilm({ folder, name, ...size, rate: String(rate), ...numbers, seed, inputs, args }),
  );
}

async function made(folder: string, ...pieces: readonly Piece[]): Promise<MadeInput> {
  const bytes: Buffer[] = [];
  for (const piece of pieces) bytes.push(await pieceOf(folder, piece));
  const path = join(folder, 'sent.ts');
  await writeFile(path, Buffer.concat(bytes));
  return { path, pace: muxed / 8 };
}

const whole: Piece = { from: 0, until: length };
const [before, behind]: [Piece, Piece] = [
  { from: 0, until: eventAt },
  { from: eventAt, until: length },
];
/** Pictures that come while the encoder begins anew are lost. */
const lostByRestart = (number: number): boolean => number < event - rate || number > event + 4 * rate;
const seen = { rate, has: () => true, aspect: 16 / 9 };

/** Sent live: the publisher does not see what comes. */
const sent = ['--rate', String(rate), '--size', '320x180'];

export const broadcasts: readonly Input[] = [
  {
    name: 'sound late by 3 s',
    about: 'MPEG-TS whose sound begins 3 s behind its picture, played from its first segment on',
    expected: seen,
    segments: 1,
    options: sent,
    make: (folder) => made(folder, { ...whole, soundLater: 3 }),
  },
  {
    name: '5.1 to stereo',
    about: 'MPEG-TS whose sound changes from six channels to two in mid-stream',
    expected: { ...seen, event },
    options: sent,
    make: (folder) => made(folder, { ...before, channels: 6 }, behind),
  },
  {
    name: 'over 33 bits',
    about: 'MPEG-TS whose time stamps begin anew, as they do every 26.5 hours',
    expected: { ...seen, event },
    options: sent,
    make: (folder) => made(folder, { ...whole, ahead: wrapAfter - eventAt }),
  },
  {
    name: 'lossy',
    about: 'MPEG-TS of which one packet in 300 is lost, and up to two behind it',
    expected: { ...seen, whole: 0.6 },
    options: sent,
    async make(folder) {
      const { path } = await made(folder, whole);
      const before = await readFile(path);
      const after = lossy(before, 300, seed);
      await writeFile(path, after);
      return { path, pace: ((muxed / 8) * after.length) / before.length };
    },
  },
  {
    name: 'an hour ahead',
    about: 'MPEG-TS whose time stamps jump ahead by an hour',
    expected: { ...seen, event, has: lostByRestart, pause: 4 },
    options: sent,
    make: (folder) => made(folder, before, { ...behind, ahead: 3600 }),
  },
  {
    name: 'an hour back',
    about: 'MPEG-TS whose time stamps jump back by an hour',
    expected: { ...seen, event, has: lostByRestart, pause: 4 },
    options: sent,
    make: (folder) => made(folder, { ...before, ahead: 3600 }, behind),
  },
];
