/** One run of FFmpeg as media events: the owner of the process around the pure fragmenter. */
import type { Readable } from 'node:stream';
import { SluiceError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import type { MediaEvent } from '../media.ts';
import { timeOfDay } from '../time-of-day.ts';
import { EventQueue } from './event-queue.ts';
import { FoundInput } from './found-input.ts';
import { kindOfInput } from './input.ts';
import { Interleaver } from './interleaver.ts';
import { LeapWatch } from './leap.ts';
import type { PictureFacts } from './picture-facts.ts';
import { misfit } from './picture-fit.ts';
import type { EncodingPlan } from './plan.ts';
import { startFfmpeg } from './process.ts';
import { RenditionCut } from './rendition-cut.ts';
import { StallWatch } from './stall.ts';

export interface RunOptions {
  /** Ends the run: FFmpeg finishes the part that it has begun, and the run ends without an error. */
  readonly signal?: AbortSignal;
  /** FFmpeg's program. Default `ffmpeg`, from the PATH. */
  readonly program?: string;
  /** Of the input `-`: a stream, or `inherit` for our own standard input. Default `inherit`. */
  readonly stdin?: Readable | 'inherit';
  /** `stdin` comes as somebody sends it, and another run may begin with it anew: since when, by the steady clock. */
  readonly sentSince?: number;
  /** Milliseconds without a byte from a running FFmpeg that end the run with an error. Default 10,000. */
  readonly stallAfter?: number;
  /** Milliseconds that FFmpeg has to finish once it was told to stop; then it is killed. Default 5000. */
  readonly killAfter?: number;
  /** Bytes that may wait for the consumer, per run; then FFmpeg waits. Default 8 MiB. */
  readonly buffer?: number;
  /** Is told what FFmpeg complains of, line by line. */
  readonly onComplaint?: (line: string) => void;
  /** Is told what the input's picture is found to be, where nobody could look at it before. */
  readonly onPicture?: (found: PictureFacts) => void;
  /** Milliseconds since the epoch, with fractions. Default: the computer's clock, also after it was set. */
  readonly now?: () => number;
}

const defaultBuffer = 8 * 1024 * 1024;
const defaultStall = 10_000;

/**
 * Runs FFmpeg once. Gives an init for each rendition, then chunks, then exactly one `end`; never throws for what FFmpeg or its
 * input do. A sender that goes away is an error: it may come back. Nothing is retried here. Leaving the loop early ends FFmpeg too.
 */
export async function* runEncoder(plan: EncodingPlan, options: RunOptions = {}): AsyncGenerator<MediaEvent> {
  const { signal, now = timeOfDay, stallAfter = defaultStall, buffer = defaultBuffer } = options;
  const { settings, outputs } = plan;
  const kind = kindOfInput(settings.input, settings.inputOptions);
  const { sentSince } = options;
  const isLive = kind === 'live' || sentSince !== undefined;
  const name = sentSince === undefined ? withoutSecrets(settings.input) : 'what is sent';
  const input = new FoundInput();
  const ffmpeg = startFfmpeg({
    args: plan.args,
    outputs: outputs.length + (plan.sound === 'beside' ? 1 : 0),
    ...(options.program === undefined ? {} : { program: options.program }),
    ...(options.killAfter === undefined ? {} : { killAfter: options.killAfter }),
    ...(options.onComplaint === undefined ? {} : { onComplaint: options.onComplaint }),
    ...(kind === 'stdin' ? { stdin: options.stdin ?? 'inherit' } : {}),
    onTold: (line) => {
      const found = input.push(line);
      if (found !== undefined) onFound(found);
    },
  });
  const queue = new EventQueue<MediaEvent>({
    limit: buffer,
    onFull: () => {
      for (const output of ffmpeg.outputs) output.pause();
    },
    onDrain: () => {
      for (const output of ffmpeg.outputs) output.resume();
    },
  });
  // By the steady clock: the other one may be set while we wait. Nobody knows when a camera or a sender begins; a file does at once.
  const watch = new StallWatch(
    stallAfter,
    kind === 'file' || kind === 'test' ? performance.now() : undefined,
  );
  const timer = setInterval(
    () => {
      if (queue.full) watch.heard(performance.now());
      if (watch.stalled(performance.now())) ffmpeg.kill(stalled(stallAfter));
    },
    Math.min(1000, stallAfter / 4),
  );
  let inits = 0;
  let pictureHasCome = false;
  /** What comes was made for another picture. */
  let isMisfit = false;
  const interleaver = new Interleaver({
    plan,
    unpaced: kind === 'file' && !settings.realTime,
    live: isLive,
  });
  const give = (events: Iterable<Exclude<MediaEvent, { type: 'end' }>>) => {
    for (const event of events) {
      if (isMisfit) return;
      if (event.type === 'init') inits++;
      queue.push(event, event.type === 'note' ? 0 : event.bytes.length);
    }
  };
  const onBroken = (error: Error) => ffmpeg.kill(error);
  function onFound(found: PictureFacts): void {
    interleaver.onPicture(found);
    options.onPicture?.(found);
    const reason = misfit(plan, found);
    if (reason === undefined) return;
    // There is no second run of what is piped to us.
    if (kind === 'stdin' && !isLive)
      give([{ type: 'note', message: `${reason}, and is sent as it is: ${instead}` }]);
    else {
      isMisfit = true;
      ffmpeg.kill(new SluiceError(`${reason}, ${tooLate}`));
    }
  }
  const pictures = outputs.map((_, index) => {
    const cut = new RenditionCut(plan);
    const leap = isLive ? new LeapWatch(sentSince) : undefined;
    const onBytes = (slice: Buffer) => {
      pictureHasCome = true;
      const at = performance.now();
      watch.heard(at);
      for (const piece of cut.push(slice)) {
        if (piece.type === 'chunk') {
          const { time, duration, timescale } = piece;
          const [end, lasting] = [time + duration, duration].map((ticks) => (ticks / timescale) * 1000);
          if (leap?.hasLeapt(end!, at, lasting) === true) throw leapt();
        }
        give(interleaver.picture(index, piece, now(), at));
      }
    };
    return readPipe(ffmpeg.outputs[index], { onBytes, onBroken });
  });
  const sound = readPipe(ffmpeg.outputs[outputs.length], {
    onBytes: (slice) => {
      const at = performance.now();
      // A file may show one picture for minutes. Whoever sends does not: once there is sound, pictures must come.
      if (kind === 'file' && pictureHasCome) watch.heard(at);
      else watch.begin(at);
      give(interleaver.sound(slice, at));
    },
    onBroken,
  });
  // What waits for its sound does not wait for ever.
  const release = setInterval(
    () => attempt(() => give(interleaver.release(performance.now())), onBroken),
    50,
  );
  const read = Promise.all([...pictures, sound]).then(() => attempt(() => give(interleaver.end()), onBroken));
  const end = () => ffmpeg.end();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  const finished = (async () => {
    const error = await ffmpeg.ended;
    await read;
    if (signal?.aborted === true) return error;
    if (error !== undefined && !(kind === 'file' && isSoundlessEnd(error, interleaver))) return error;
    if (inits < outputs.length) return new SluiceError(`FFmpeg found neither a picture nor sound in ${name}`);
    // What is sent has no end of its own: a sender that was cut off looks like one that has finished.
    const isLimited = settings.inputOptions.some((option) => option === '-t' || option === '-to');
    return kind === 'live' && !isLimited ? new SluiceError(`the sender of ${name} has gone`) : undefined;
  })();
  void finished.then(() => queue.close());
  try {
    yield* queue;
    const error = await finished;
    yield error === undefined ? { type: 'end' } : { type: 'end', error };
  } finally {
    clearInterval(timer);
    clearInterval(release);
    signal?.removeEventListener('abort', end);
    ffmpeg.end();
    // Nobody listens any more: whatever still comes is dropped, so that FFmpeg is not kept waiting.
    for (const output of ffmpeg.outputs) output.removeAllListeners('data').resume();
    await ffmpeg.ended;
  }
}

interface PipeListener {
  readonly onBytes: (slice: Buffer) => void;
  /** It threw, and is not called again. */
  readonly onBroken: (error: Error) => void;
}

function attempt(work: () => void, onBroken: (error: Error) => void): void {
  try {
    work();
  } catch (error) {
    onBroken(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Until the pipe is closed, however. */
async function readPipe(pipe: Readable | undefined, { onBytes, onBroken }: PipeListener): Promise<void> {
  if (pipe === undefined) return;
  let isBroken = false;
  let isFirst = true;
  pipe.on('data', (slice: Buffer) => {
    if (isBroken) return;
    if (isFirst) {
      // What FFmpeg tells stands on another pipe, before its pictures: whoever comes late to both reads that first.
      isFirst = false;
      pipe.pause();
      pipe.unshift(slice);
      setImmediate(() => pipe.resume());
      return;
    }
    attempt(
      () => onBytes(slice),
      (error) => {
        isBroken = true;
        onBroken(error);
      },
    );
  });
  await new Promise<void>((resolve) => {
    pipe.once('error', () => resolve());
    pipe.once('close', () => resolve());
  });
}

/** At the end of an input whose announced sound never came, FFmpeg fails to set up filters for it. All but the last part has come out by then. */
function isSoundlessEnd(error: Error, { soundHasCome }: Interleaver): boolean {
  return !soundHasCome && /Error (?:re)?(?:initializing|configuring) filter/.test(error.message);
}

/** What helps where nobody can look at the input and begin anew. */
const instead =
  'give it as a file or at an address, convert it before, or copy the picture by --video-codec copy';

const tooLate = 'which FFmpeg has to know before it begins: a sender has to connect once more';

function leapt(): Error {
  return new SluiceError(
    'the times of the input have leapt ahead of the clock, by more than a sender can have kept',
  );
}

function stalled(limit: number): Error {
  return new SluiceError(
    `FFmpeg runs, but has given nothing for ${limit / 1000} s: its input may have stopped`,
  );
}
