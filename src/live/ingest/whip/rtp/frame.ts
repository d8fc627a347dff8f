/** What depacketisers make of packets. */
import type { RtpPacket } from './packet.ts';

/** A picture, or a piece of sound, as a container takes it. */
export interface Frame {
  /** In the media's clock, 32 bits. */
  readonly timestamp: number;
  /** It can be decoded without any before it. */
  readonly isKeyframe: boolean;
  readonly bytes: Buffer;
  /** With each keyframe of a picture: what is to be known of it. */
  readonly picture?: PictureHead;
}

export interface PictureHead {
  readonly width: number;
  readonly height: number;
  /** What a container keeps of a codec beside its frames; of H.264: an AVCDecoderConfigurationRecord. */
  readonly configuration?: Buffer;
}

/** From packets in order to frames. Whatever the packets hold, nothing is thrown: what makes no sense is no frame. */
export interface Depacketiser {
  push(packet: RtpPacket): Frame | undefined;
  /** Packets are missing here: the frame under way, and the one that comes next where they may have been of it, are given up. */
  lost(): void;
}
