/**
 * A camera that knows what time it is: paints Date.now() into 30 pictures a second, with a tone, and writes both to standard
 * output as AVI without compression (`-f avi` for FFmpeg). Runs until it is stopped, or nobody reads any more.
 */
import { writeSync } from 'node:fs';
import { codeHeight, frameBytes, height, paint, width } from './barcode.ts';

const rate = 30;
const sampleRate = 48_000;
const samples = sampleRate / rate;

function text(code: string): Buffer {
  return Buffer.from(code, 'latin1');
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value >>> 0, index * 4);
  });
  return bytes;
}

/** Two numbers of 16 bits as one of 32. */
const pair = (low: number, high: number): number => low | (high << 16);

function chunk(code: string, ...content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, { length: bytes }) => sum + bytes, 0);
  return Buffer.concat([text(code), numbers(length), ...content]);
}

/** What stands before the pictures. Lengths of what never ends are as large as they can be. */
function header(): Buffer {
  const endless = 0x7fff_0000;
  const main = numbers(1e6 / rate, 0, 0, 0x100, 0, 0, 2, frameBytes, width, height, 0, 0, 0, 0);
  const video = numbers(0, 0, 0, 1, rate, 0, endless, frameBytes, 0xffff_ffff, 0, 0, pair(width, height));
  const picture = numbers(40, width, height, pair(1, 12));
  const rest = numbers(frameBytes, 0, 0, 0, 0);
  const audio = numbers(0, 0, 0, 2, sampleRate * 2, 0, endless, samples * 2, 0xffff_ffff, 2, 0, 0);
  const sound = numbers(pair(1, 1), sampleRate, sampleRate * 2, pair(2, 16));
  const headers = chunk(
    'LIST',
    text('hdrl'),
    chunk('avih', main),
    chunk(
      'LIST',
      text('strl'),
      chunk('strh', text('vidsI420'), video),
      chunk('strf', picture, text('I420'), rest),
    ),
    chunk('LIST', text('strl'), chunk('strh', text('auds'), numbers(0), audio), chunk('strf', sound)),
  );
  return Buffer.concat([
    text('RIFF'),
    numbers(endless),
    text('AVI '),
    headers,
    text('LIST'),
    numbers(endless),
    text('movi'),
  ]);
}

/** Something that moves and has detail, so that the encoder has its bits to spend. */
function scenery(): Buffer {
  const wide = width + rate * 4;
  const bytes = Buffer.alloc(wide * height);
  let noise = 1;
  for (let at = 0; at < bytes.length; at += 1) {
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const [x, y] = [at % wide, Math.floor(at / wide)];
    bytes[at] = 110 + 50 * Math.sin(x / 17) * Math.cos(y / 23) + ((noise >> 16) & 15);
  }
  return bytes;
}

const landscape = scenery();
const frame = Buffer.alloc(frameBytes, 128);
const tone = Buffer.alloc(samples * 2);
for (let at = 0; at < samples; at += 1) {
  tone.writeInt16LE(Math.round(2000 * Math.sin((at / samples) * 2 * Math.PI * 15)), at * 2);
}
const frameHead = Buffer.concat([text('00dc'), numbers(frameBytes)]);
const toneChunk = chunk('01wb', tone);

function write(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe that is full: the reader is slow, and a camera waits for nobody but has nowhere to go.
      if (code !== 'EAGAIN') process.exit(0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

write(header());
const begin = performance.now();
for (let count = 0; ; count += 1) {
  const wait = begin + (count * 1000) / rate - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  const shift = (count % 30) * 4;
  for (let y = codeHeight; y < height; y += 1) {
    const from = y * (width + 120) + shift;
    landscape.copy(frame, y * width, from, from + width);
  }
  paint(frame, Date.now());
  write(Buffer.concat([frameHead, frame, toneChunk]));
}
