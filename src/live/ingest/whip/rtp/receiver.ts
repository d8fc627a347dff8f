/** One kind of media of one sender: packets in any order become frames, and wishes to the sender. Pure; times are milliseconds of a clock that does not go back. */
import type { Depacketiser, Frame } from './frame.ts';
import type { RtpPacket } from './packet.ts';
import { ReceptionCount } from './reception.ts';
import { Reorder } from './reorder.ts';
import { notReceived, pictureLoss, type Reception, type SenderReport } from './rtcp.ts';
import { Unwrapper } from './unwrap.ts';

export interface ReceiverOptions {
  readonly payloadType: number;
  /** Of the media's clock, a second. */
  readonly rate: number;
  /** What is lost can be asked for again. */
  readonly repeats: boolean;
  /** A picture: what follows a loss is of no use before the next keyframe. */
  readonly isPicture: boolean;
  /** Anew for each source. */
  readonly depacketiser: () => Depacketiser;
  /** From one keyframe to the next: browsers make none by themselves. */
  readonly keyframeInterval: number;
}

/** How long is waited for what can be asked for again, and for what has only been overtaken. */
const patience = { repeated: 250, overtaken: 60 };
const repeat = 60;
/** Between two wishes for a keyframe that does not come. */
const impatience = 500;

export class MediaReceiver {
  readonly #options: ReceiverOptions;
  #source: Source | undefined;
  #wantsKeyframe: boolean;
  #keyframeAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#wantsKeyframe = options.isPicture;
  }

  /** Of whom the media come; undefined before the first packet. */
  get ssrc(): number | undefined {
    return this.#source?.ssrc;
  }

  /** What can be handed on now. Packets of other formats are left out. */
  push(packet: RtpPacket, now: number): Frame[] {
    if (packet.payloadType !== this.#options.payloadType) return [];
    if (this.#source?.ssrc !== packet.ssrc) this.#begin(packet.ssrc);
    const source = this.#source!;
    const sequence = source.sequences.next(packet.sequence);
    source.count.push(sequence, packet, now);
    source.order.push(sequence, packet, now);
    return this.take(now);
  }

  /** What has waited long enough for others. */
  take(now: number): Frame[] {
    const frames: Frame[] = [];
    if (this.#source === undefined) return frames;
    const { order, depacketiser } = this.#source;
    for (const ordered of order.take(now)) {
      if ('lost' in ordered) {
        depacketiser.lost();
        this.#wantsKeyframe = this.#options.isPicture;
        continue;
      }
      const frame = depacketiser.push(ordered.packet);
      if (frame !== undefined && this.#isOfUse(frame, now)) frames.push(frame);
    }
    return frames;
  }

  /** What is to be said to the sender now. */
  wishes(now: number): Buffer[] {
    const source = this.#source;
    if (source === undefined) return [];
    const missing = this.#options.repeats ? source.order.missing(now) : [];
    return [
      ...(missing.length === 0
        ? []
        : [
            notReceived(
              source.ssrc,
              missing.sort((one, other) => one - other),
            ),
          ]),
      ...(this.#asksForPicture(now) ? [pictureLoss(source.ssrc)] : []),
    ];
  }

  note(report: SenderReport, now: number): void {
    if (report.ssrc === this.#source?.ssrc) this.#source.count.note(report, now);
  }

  report(now: number): Reception | undefined {
    return this.#source?.count.take(now);
  }

  /** Frames were left out behind us: go on with a keyframe. */
  restart(): void {
    this.#wantsKeyframe = this.#options.isPicture;
  }

  #begin(ssrc: number): void {
    const { rate, repeats, isPicture, depacketiser } = this.#options;
    this.#source = {
      ssrc,
      sequences: new Unwrapper(16),
      order: new Reorder({ patience: repeats ? patience.repeated : patience.overtaken, repeat }),
      depacketiser: depacketiser(),
      count: new ReceptionCount(ssrc, rate),
    };
    this.#wantsKeyframe = isPicture;
  }

  #isOfUse(frame: Frame, now: number): boolean {
    if (frame.isKeyframe) {
      this.#wantsKeyframe = false;
      this.#keyframeAt = now;
    }
    return !this.#wantsKeyframe;
  }

  #asksForPicture(now: number): boolean {
    const { isPicture, keyframeInterval } = this.#options;
    if (!isPicture || now - this.#askedAt < impatience) return false;
    const isDue = this.#wantsKeyframe || now - this.#keyframeAt >= keyframeInterval;
    if (isDue) this.#askedAt = now;
    return isDue;
  }
}

interface Source {
  readonly ssrc: number;
  readonly sequences: Unwrapper;
  readonly order: Reorder<RtpPacket>;
  readonly depacketiser: Depacketiser;
  readonly count: ReceptionCount;
}
