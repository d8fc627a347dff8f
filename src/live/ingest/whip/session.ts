/** One sender, from the agreement to its end: packets come in, bytes for FFmpeg and wishes for the sender go out. */
import { SluiceError } from '../../../errors.ts';
import type { SenderMedia } from '../contract.ts';
import { Composer } from './composer.ts';
import type { TrackName } from './matroska.ts';
import { Outlet } from './outlet.ts';
import type { Peer, PeerListener } from './peer.ts';
import type { Depacketiser } from './rtp/frame.ts';
import { H264Depacketiser } from './rtp/h264.ts';
import { align, MediaClock } from './rtp/media-clock.ts';
import { OpusDepacketiser } from './rtp/opus.ts';
import { isRtcp, parseRtp } from './rtp/packet.ts';
import { MediaReceiver } from './rtp/receiver.ts';
import { parseRtcp, receiverReport } from './rtp/rtcp.ts';
import { TransportFeedback } from './rtp/transport-feedback.ts';
import { Vp8Depacketiser } from './rtp/vp8.ts';
import type { Offer, OfferedMedia } from './sdp/offer.ts';

export interface SessionOptions {
  readonly offer: Offer;
  /** Makes the peer that belongs to this listener. */
  readonly open: (listener: PeerListener) => Peer;
  /** The first bytes are there to be read. */
  readonly onMedia: (media: SenderMedia) => void;
  /** It is over; told once. Undefined: in good order. */
  readonly onEnd: (error: Error | undefined) => void;
  readonly timing?: Partial<SessionTiming>;
  /** Steady milliseconds. Default: `performance.now`. */
  readonly clock?: () => number;
}

/** Milliseconds. */
export interface SessionTiming {
  /** From the agreement to the first packet. */
  readonly connect: number;
  /** Without a packet a sender is lost. */
  readonly silence: number;
  readonly keyframes: number;
}

const defaults: SessionTiming = { connect: 15_000, silence: 8000, keyframes: 2000 };
/** How often wishes are sent, and how many times more seldom reports are. */
const beat = 50;
/** Milliseconds from one beat to the next; what is more was a pause of this process, which could hear nobody. */
const longestPause = 1000;
const reportEach = 20;
const rates = { video: 90_000, sound: 48_000 } as const;

interface Line {
  readonly receiver: MediaReceiver;
  readonly clock: MediaClock;
  readonly media: OfferedMedia;
}

export class WhipSession {
  readonly #options: SessionOptions;
  readonly #timing: SessionTiming;
  readonly #now: () => number;
  readonly #peer: Peer;
  readonly #lines = new Map<TrackName, Line>();
  readonly #composer: Composer;
  readonly #outlet = new Outlet();
  readonly #feedback = new TransportFeedback();
  #timer: NodeJS.Timeout | undefined;
  #beats = 0;
  #heardAt: number;
  #beatAt: number;
  #answeredAt: number;
  #hasBegun = false;
  #hasMedia = false;
  #isOver = false;

  constructor(options: SessionOptions) {
    const { offer, open } = options;
    this.#options = options;
    this.#timing = { ...defaults, ...options.timing };
    this.#now = options.clock ?? (() => performance.now());
    this.#heardAt = this.#now();
    this.#answeredAt = this.#heardAt;
    this.#beatAt = this.#heardAt;
    const { video, sound } = offer;
    this.#composer = new Composer({
      sound: sound !== undefined,
      video: video === undefined || video.codec === 'opus' ? undefined : video.codec,
    });
    if (video !== undefined) this.#lines.set('video', this.#line(video, rates.video, true));
    if (sound !== undefined) this.#lines.set('sound', this.#line(sound, rates.sound, false));
    this.#peer = open({
      onPacket: (bytes, mid) => this.#onPacket(bytes, mid),
      onState: (state) => {
        // A browser closes its side as well when its network was away, and comes back: only DELETE is a good end.
        if (state === 'closed') this.end(new SluiceError('the sender has left without ending its session'));
        if (state === 'failed') this.end(new SluiceError('the sender cannot be reached any more'));
      },
    });
  }

  /** Rejects where the library cannot agree to it; the session is over then. */
  async answer(): Promise<string> {
    try {
      const answer = await this.#peer.answer(this.#options.offer.sdp);
      this.#heardAt = this.#now();
      this.#answeredAt = this.#heardAt;
      this.#beatAt = this.#heardAt;
      if (!this.#isOver) this.#timer = setInterval(() => this.#beat(), beat);
      return answer;
    } catch (error) {
      this.end(error as Error);
      throw error;
    }
  }

  addCandidate(candidate: string, mid: string): void {
    if (!this.#isOver) this.#peer.addCandidate(candidate, mid);
  }

  /** Milliseconds since anything was heard of it. */
  get quietFor(): number {
    return this.#now() - this.#heardAt;
  }

  /** By the sender's own wish, or by what went wrong. Idempotent. */
  end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#peer.close();
    this.#outlet.end(error);
    this.#options.onEnd(error);
  }

  #line(media: OfferedMedia, rate: number, isPicture: boolean): Line {
    const receiver = new MediaReceiver({
      payloadType: media.payloadType,
      repeats: media.repeats,
      depacketiser: () => depacketiserOf(media),
      keyframeInterval: this.#timing.keyframes,
      ...{ rate, isPicture },
    });
    return { receiver, clock: new MediaClock(rate), media };
  }

  #onPacket(bytes: Buffer, mid: string): void {
    const now = this.#now();
    this.#heardAt = now;
    this.#hasBegun = true;
    if (isRtcp(bytes)) {
      this.#onControl(bytes, now);
      return;
    }
    for (const [track, line] of this.#lines) {
      if (line.media.mid !== mid) continue;
      const packet = parseRtp(bytes, line.media.transportExtension);
      if (packet === undefined) return;
      if (packet.transportSequence !== undefined) this.#feedback.push(packet.transportSequence, now);
      this.#write(track, line, line.receiver.push(packet, now), now);
      // Nobody waits for the next beat while a picture has a hole.
      this.#say(line.receiver.wishes(now));
    }
  }

  #onControl(bytes: Buffer, now: number): void {
    for (const control of parseRtcp(bytes)) {
      if (control.type === 'goodbye') continue;
      for (const { receiver, clock } of this.#lines.values()) {
        if (receiver.ssrc !== control.ssrc) continue;
        receiver.note(control, now);
        clock.note(control);
      }
    }
    const [video, sound] = [this.#lines.get('video'), this.#lines.get('sound')];
    if (video !== undefined && sound !== undefined) align(video.clock, sound.clock);
  }

  #write(track: TrackName, line: Line, frames: ReturnType<MediaReceiver['take']>, now: number): void {
    for (const frame of frames) {
      const bytes = this.#composer.push(track, frame, line.clock.time(frame.timestamp, now));
      if (bytes.length === 0) continue;
      const canBegin = frame.isKeyframe && (track === 'video' || !this.#lines.has('video'));
      if (!this.#outlet.push(bytes, canBegin)) line.receiver.restart();
      if (this.#hasMedia) continue;
      this.#hasMedia = true;
      const { picture } = frame;
      this.#options.onMedia({
        container: 'matroska',
        bytes: this.#outlet,
        ...(picture === undefined ? {} : { picture: { width: picture.width, height: picture.height } }),
      });
    }
  }

  #beat(): void {
    const now = this.#now();
    this.#forgive(now);
    this.#beats += 1;
    for (const [track, line] of this.#lines) {
      this.#write(track, line, line.receiver.take(now), now);
      this.#say(line.receiver.wishes(now));
    }
    const [ssrc] = [...this.#lines.values()].flatMap(({ receiver }) => receiver.ssrc ?? []);
    if (ssrc !== undefined) this.#say([this.#feedback.take(ssrc)].filter((each) => each !== undefined));
    if (this.#beats % reportEach === 0) this.#report(now);
    const failure = this.#failure(now);
    if (failure !== undefined) this.end(new SluiceError(failure));
  }

  /** What came while this process stood still is read behind this beat. */
  #forgive(now: number): void {
    const pause = Math.max(0, now - this.#beatAt - longestPause);
    this.#heardAt = Math.min(now, this.#heardAt + pause);
    this.#answeredAt += pause;
    this.#beatAt = now;
  }

  /** Whoever has sent no media that can be read does not keep its seat by reports, or by packets that are no pictures. */
  #failure(now: number): string | undefined {
    const { silence, connect } = this.#timing;
    if (this.#hasMedia)
      return this.quietFor < silence
        ? undefined
        : `nothing has come from the sender for ${Math.round(silence / 1000)} s`;
    if (now - this.#answeredAt < connect) return undefined;
    const within = `within ${Math.round(connect / 1000)} s`;
    return this.#hasBegun
      ? `packets have come ${within}, and no picture or sound that can be read: does the sender send what was agreed to, with keyframes?`
      : `no media have come ${within}: does UDP reach this server?`;
  }

  #report(now: number): void {
    const receptions = [...this.#lines.values()].flatMap(({ receiver }) => receiver.report(now) ?? []);
    if (receptions.length > 0) this.#say([receiverReport(receptions)]);
  }

  #say(wishes: readonly Buffer[]): void {
    for (const wish of wishes) this.#peer.send(wish);
  }
}

function depacketiserOf({ codec, parameterSets }: OfferedMedia): Depacketiser {
  if (codec === 'opus') return new OpusDepacketiser();
  return codec === 'vp8' ? new Vp8Depacketiser() : new H264Depacketiser(parameterSets);
}
