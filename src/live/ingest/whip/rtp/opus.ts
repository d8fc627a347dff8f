/** Opus from packets (RFC 7587): each is a piece of sound by itself. Pure. */
import type { Depacketiser, Frame } from './frame.ts';
import type { RtpPacket } from './packet.ts';

export class OpusDepacketiser implements Depacketiser {
  push({ payload, timestamp }: RtpPacket): Frame | undefined {
    return payload.length === 0 ? undefined : { timestamp, isKeyframe: true, bytes: payload };
  }

  lost(): void {}
}
