/**
 * A camera that knows what time it is: paints Date.now() into 30 pictures a second, with a tone, and writes both to standard
 * output as Matroska without compression (`-f matroska` for FFmpeg). Runs until it is stopped, or nobody reads any more.
 */
import { writeSync } from 'node:fs';
import { codeHeight, frameBytes, height, paint, width } from './barcode.ts';
import { movieFrame, movieHeader } from './matroska.ts';

const rate = 30;
const sampleRate = 48_000;
const samples = sampleRate / rate;

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

write(movieHeader({ width, height, rate, sampleRate }));
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
  write(movieFrame((count * 1000) / rate, frame, tone));
}
