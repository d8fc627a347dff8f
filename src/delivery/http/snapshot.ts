/** `/live/S/snapshot.jpg`: the newest keyframe as a picture. FFmpeg decodes it: one process at a time for a stream, and few for all. */
import { startChild, startFailureOf } from '../../child.ts';
import { SluiceError } from '../../errors.ts';
import type { LiveStream } from '../contract.ts';
import { fromNewestKeyframe } from './follower.ts';

/** What a picture is made of. */
export interface Still {
  readonly rendition: string;
  /** Names the picture: as long as it is the same, the picture is. */
  readonly key: string;
  readonly bytes: readonly Buffer[];
}

/** The newest keyframe of the rendition with the smallest picture: enough for a thumbnail, and the cheapest. */
export function newestStill(live: LiveStream, name?: string): Still | undefined {
  const rendition =
    name === undefined ? live.renditions.findLast(({ facts }) => facts.width > 0) : live.rendition(name);
  if (rendition === undefined || rendition.facts.width === 0) return undefined;
  const found = fromNewestKeyframe(rendition)[0];
  const init = found && rendition.inits.get(found.segment.epoch);
  if (found === undefined || init === undefined) return undefined;
  const { segment, part } = found;
  // Once a segment is enough, however many keyframes it has.
  const { name: picked } = rendition;
  return { rendition: picked, key: `${segment.epoch}/${segment.media}`, bytes: [init, part.bytes] };
}

const decodingLimit = 5000;
const largest = 8 * 1024 * 1024;

/** Decodes the first picture. Rejects with SluiceError that says what is missing. */
export function decodeStill({ bytes }: Still, signal?: AbortSignal): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const input = ['-hide_banner', '-loglevel', 'error', '-f', 'mp4', '-threads', '1', '-i', 'pipe:0'];
  const output = ['-map', '0:v:0', '-frames:v', '1', '-threads', '1', '-q:v', '4', '-f', 'mjpeg', 'pipe:1'];
  const limit = AbortSignal.timeout(decodingLimit);
  const child = startChild('ffmpeg', [...input, ...output], {
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    killSignal: 'SIGKILL',
  });
  const picture: Buffer[] = [];
  let size = 0;
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= largest) picture.push(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-500);
  });
  // It closes its input when it has seen enough.
  child.stdin.on('error', () => {});
  for (const piece of bytes) child.stdin.write(piece);
  child.stdin.end();
  child.on('error', (cause: NodeJS.ErrnoException) => reject(new SluiceError(reasonOf(cause), { cause })));
  child.on('close', (code) => {
    if (code === 0 && size > 0 && size <= largest) resolve(Buffer.concat(picture));
    else
      reject(new SluiceError(`FFmpeg could not decode the picture: ${said.trim() || `exit code ${code}`}`));
  });
  return promise;
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const { code, name } = error;
  if (code === 'ENOENT') return 'snapshots need FFmpeg, and there is none on this server: install it';
  if (name === 'AbortError') return `FFmpeg did not decode the picture within ${decodingLimit / 1000} s`;
  return `FFmpeg could not be started: ${startFailureOf(error)}`;
}

/** Processes at a time, of all streams: a page shows a picture of each, and whoever opens it wants them all at once. */
const mostProcesses = 4;

/** The newest pictures of all renditions of all streams; several who ask for the same at once cause one process. */
export class Snapshots {
  readonly #newest = new Map<string, { readonly key: string; readonly picture: Buffer }>();
  readonly #running = new Map<string, Promise<Buffer>>();
  readonly #stopped = new AbortController();
  readonly #decode: typeof decodeStill;
  readonly #waiting: (() => void)[] = [];
  #processes = 0;

  constructor(decode: typeof decodeStill = decodeStill) {
    this.#decode = decode;
  }

  /** The picture of a rendition; while one of the same is being decoded, that one. Rejects as {@link decodeStill} does. */
  async picture(stream: string, still: Still): Promise<Buffer> {
    const of = `${stream}/${still.rendition}`;
    const known = this.#newest.get(of);
    if (known?.key === still.key) return known.picture;
    const before = this.#running.get(of);
    // Rather a picture of a moment ago than a queue of processes.
    if (before !== undefined) return before;
    const picture = this.#inTurn(still);
    this.#running.set(of, picture);
    try {
      const decoded = await picture;
      if (this.#newest.size >= 256) this.#newest.clear();
      this.#newest.set(of, { key: still.key, picture: decoded });
      return decoded;
    } finally {
      this.#running.delete(of);
    }
  }

  async #inTurn(still: Still): Promise<Buffer> {
    if (this.#processes < mostProcesses) this.#processes += 1;
    // Whoever is done hands its place on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#decode(still, this.#stopped.signal);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#processes -= 1;
      else next();
    }
  }

  /** Kills what runs. */
  close(): void {
    this.#stopped.abort();
  }
}
