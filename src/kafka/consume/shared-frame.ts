/** The memory of one response, which is given back when the last part of it is done with. */
import type { Frame } from '../wire/frame-pool.ts';

/** Memory shared by all parts of one response. */
export interface SharedFrame {
  readonly bytes: Buffer;
  /** One holder fewer; the last one gives the memory back. */
  release(): void;
}

export interface HoldableFrame extends SharedFrame {
  /** One more holder. */
  hold(): SharedFrame;
}

/** Held by the caller alone, to begin with. `released`: the last holder has given it back. */
export function share(frame: Frame, released: () => void): HoldableFrame {
  let holders = 1;
  const release = () => {
    holders -= 1;
    if (holders > 0) return;
    frame.release();
    released();
  };
  return {
    bytes: frame.bytes,
    release,
    hold: () => {
      holders += 1;
      return { bytes: frame.bytes, release };
    },
  };
}

/** Two holders in the place of one. */
export function divide(frame: SharedFrame): readonly [SharedFrame, SharedFrame] {
  let holders = 2;
  const half = () => ({
    bytes: frame.bytes,
    release: () => {
      holders -= 1;
      if (holders === 0) frame.release();
    },
  });
  return [half(), half()];
}
