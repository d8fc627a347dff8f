// @ts-check
/**
 * The picture on the screen: whether it moves, waits although it should move, is paused, was watched to its end, or may not begin by
 * itself. It knows the video element alone, and nothing of where its bytes come from.
 */

/**
 * @typedef {object} PictureListener
 * @property {() => void} onChange there is something to show
 * @property {() => void} onPlaying it moves
 * @property {() => void} onDry nothing was left to show, though nobody had asked for another place
 */

export class Picture {
  #video;
  #onChange;
  /** Since when nothing moves although it should; 0: it moves. */
  #waitingAt = 0;
  /** On the way to another place. */
  #leaving = false;
  /** Of `performance.now()`; 0: it was not paused. */
  pausedAt = 0;
  /** The programme was watched to its end. */
  ended = false;
  /** The browser plays nothing before somebody presses something. */
  #blocked = false;

  /** @param {HTMLVideoElement} video @param {PictureListener} listener */
  constructor(video, { onChange, onPlaying, onDry }) {
    this.#video = video;
    this.#onChange = onChange;
    video.addEventListener('playing', () => {
      onPlaying();
      this.#blocked = false;
      this.waiting = false;
      this.#leaving = false;
      this.ended = false;
      onChange();
    });
    video.addEventListener('waiting', () => {
      this.waiting = true;
      // A picture that was asked for elsewhere is waited for, too: that is no stall.
      if (!this.#leaving && !video.seeking && !video.ended) onDry();
      onChange();
    });
    video.addEventListener('pause', () => {
      if (video.ended) return;
      this.pausedAt = performance.now();
      this.waiting = false;
      onChange();
    });
    video.addEventListener('ended', () => {
      this.ended = true;
      this.waiting = false;
      onChange();
    });
    for (const event of ['seeked', 'play', 'volumechange', 'resize']) video.addEventListener(event, onChange);
  }

  /** Nothing moves although it should. */
  get waiting() {
    return this.#waitingAt > 0;
  }

  set waiting(waits) {
    if (waits !== this.waiting) this.#waitingAt = waits ? performance.now() : 0;
  }

  /** Milliseconds of that. */
  get waited() {
    return this.waiting ? performance.now() - this.#waitingAt : 0;
  }

  /** Milliseconds since it was paused; 0 when it was not. */
  get pausedFor() {
    return this.pausedAt === 0 ? 0 : performance.now() - this.pausedAt;
  }

  /** What a state is made of. */
  get facts() {
    return {
      blocked: this.#blocked,
      ended: this.ended,
      paused: this.#video.paused,
      waiting: this.waiting,
      waited: this.waited,
    };
  }

  /** Bytes of something else come. */
  begin() {
    this.leave();
    this.#blocked = false;
    this.waiting = true;
  }

  /** To another place: until it plays there, nothing has run dry. */
  leave() {
    this.ended = false;
    this.#leaving = true;
  }

  /** Plays; without sound where the browser does not allow it yet. */
  play() {
    const video = this.#video;
    const isNotAllowed = /** @param {Error} error */ ({ name }) => name === 'NotAllowedError';
    video.play().catch((error) => {
      if (!isNotAllowed(error)) return;
      if (video.muted) return this.#onBlocked();
      video.muted = true;
      video.play().catch((again) => isNotAllowed(again) && this.#onBlocked());
    });
  }

  #onBlocked() {
    if (!this.#video.paused) return;
    this.#blocked = true;
    this.waiting = false;
    this.#onChange();
  }
}
