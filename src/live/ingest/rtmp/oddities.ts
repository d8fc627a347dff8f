/** What is odd about the media of one sender, in words. Pure. */
import { messageTypes } from './messages.ts';
import { TimestampWatch } from './timestamp-watch.ts';

/** Of one sender: what is wrong all the time is said often enough. */
const mostNotes = 10;

/** Numbers that FLV has for codecs of pictures; HEVC has one by usage alone. */
const hevc = 12;
/** Of sound: what follows is said in four letters. */
const enhancedSound = 9;

export class Oddities {
  readonly #times = new TimestampWatch();
  readonly #told = new Set<number>();
  #notes = 0;

  /** Sentences about a message of media that has a payload; `time`: where it has one. */
  push(type: number, time: number | undefined, payload: Buffer): readonly string[] {
    const jump = time === undefined ? undefined : this.#times.push(time);
    const found = [jump, this.#codec(type, payload)].filter((each) => each !== undefined);
    const said = found.slice(0, mostNotes - this.#notes);
    this.#notes += said.length;
    return said;
  }

  /** Once for each type. */
  #codec(type: number, payload: Buffer): string | undefined {
    const [first = 0] = payload;
    if (this.#told.has(type)) return undefined;
    const sentence = type === messageTypes.video ? ofPicture(first, payload) : ofSound(first);
    if (sentence !== undefined) this.#told.add(type);
    return sentence;
  }
}

/** Enhanced RTMP: the first bit says that four letters follow, in the place of a number that FLV had for codecs. */
function ofPicture(first: number, payload: Buffer): string | undefined {
  if (first < 0x80)
    return (first & 0x0f) === hevc
      ? 'the picture comes as HEVC in a way of its own (number 12), which FFmpeg does not read: have the sender use enhanced RTMP, SRT, or H.264'
      : undefined;
  const letters = payload.toString('latin1', 1, 5).replaceAll(/[^\w-]/g, '?');
  return `the picture comes as ${letters} by enhanced RTMP, which FFmpeg reads from release 6.1 on`;
}

function ofSound(first: number): string | undefined {
  if (first >> 4 !== enhancedSound) return undefined;
  return 'the sound comes by enhanced RTMP, which FFmpeg reads from release 7.1 on: have the sender use AAC in one track';
}
