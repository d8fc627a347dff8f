/** Pictures as YUV4MPEG2: what FFmpeg, VLC and GStreamer write of what they show. Of 8 bits and 4:2:0. */
import type { Colour } from './picture.ts';
import { type Sight, sightOf } from './sight.ts';

interface Head {
  readonly width: number;
  readonly height: number;
  /** Width of a pixel by its height. */
  readonly pixel: number;
}

/** Takes the bytes as they come. */
export class Y4mReader {
  readonly #onSight: (sight: Sight) => void;
  #head: Head | undefined;
  #rest: Buffer[] = [];
  #length = 0;

  constructor(onSight: (sight: Sight) => void) {
    this.#onSight = onSight;
  }

  /** @throws when it is something else */
  push(bytes: Buffer): void {
    this.#rest.push(bytes);
    this.#length += bytes.length;
    while (this.#length > 0 && this.#takeOne()) {
      // Until more is needed.
    }
  }

  #takeOne(): boolean {
    const head = this.#head;
    // A line, which is shorter than this, and a picture.
    if (this.#length < (head === undefined ? 10 : 6 + sizeOf(head))) return false;
    const all = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest);
    const end = all.indexOf(10);
    const line = all.toString('latin1', 0, end === -1 ? Math.min(all.length, 300) : end);
    if (!/^(?:YUV4|FRAM)/.test(line)) throw new Error(`no YUV4MPEG2: ${JSON.stringify(line.slice(0, 60))}`);
    this.#keep(all);
    if (end === -1) return false;
    if (line.startsWith('YUV4MPEG2')) {
      this.#head = headOf(line);
      this.#keep(all.subarray(end + 1));
      return true;
    }
    if (head === undefined) throw new Error('a picture before its size');
    const next = end + 1 + sizeOf(head);
    if (all.length < next) return false;
    this.#keep(all.subarray(next));
    this.#onSight(sightIn(all.subarray(end + 1, next), head));
    return true;
  }

  #keep(bytes: Buffer): void {
    this.#rest = bytes.length === 0 ? [] : [bytes];
    this.#length = bytes.length;
  }
}

function headOf(line: string): Head {
  const found = (name: string) => new RegExp(` ${name}(\\S+)`).exec(line)?.[1] ?? '';
  const chroma = found('C');
  if (!/^(?:420(?:jpeg|mpeg2|paldv)?)?$/.test(chroma)) throw new Error(`pictures of ${chroma}, not 4:2:0`);
  const [across = 1, down = 1] = found('A').split(':').map(Number);
  const pixel = across > 0 && down > 0 ? across / down : 1;
  return { width: Number(found('W')), height: Number(found('H')), pixel };
}

function sizeOf({ width, height }: Head): number {
  return width * height + 2 * halfOf(width) * halfOf(height);
}

const halfOf = (length: number): number => (length + 1) >> 1;

function sightIn(bytes: Buffer, head: Head): Sight {
  const { width, height, pixel } = head;
  const [u, v] = [width * height, width * height + halfOf(width) * halfOf(height)];
  const colourAt = (x: number, y: number): Colour => {
    const chroma = (y >> 1) * halfOf(width) + (x >> 1);
    const luma = (bytes[y * width + x]! - 16) * 1.164;
    const [blue, red] = [bytes[u + chroma]! - 128, bytes[v + chroma]! - 128];
    // BT.601, as of all small pictures.
    return [luma + 1.596 * red, luma - 0.392 * blue - 0.813 * red, luma + 2.017 * blue];
  };
  return sightOf(colourAt, head, { at: performance.now(), aspect: (width * pixel) / height });
}
