// @ts-check
/** How loud the sound is that is sent, drawn as long as there is one. */
import { loudness } from './publish-words.js';

/** The bar falls by this much each picture, so that it can be read. */
const fall = 0.03;

export class Meter {
  #bar;
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {MediaStreamAudioSourceNode | undefined} */
  #source;
  /** @type {AnalyserNode | undefined} */
  #analyser;
  #samples = new Float32Array(1024);
  #shown = 0;

  /** @param {HTMLMeterElement} bar */
  constructor(bar) {
    this.#bar = bar;
    const draw = () => {
      this.#draw();
      requestAnimationFrame(draw);
    };
    draw();
  }

  /** Called after something was pressed: browsers let no sound be worked with before. @param {MediaStreamTrack | undefined} track */
  follow(track) {
    this.#source?.disconnect();
    this.#source = undefined;
    if (track === undefined) return;
    this.#context ??= new AudioContext();
    void this.#context.resume();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: this.#samples.length });
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  #draw() {
    let level = 0;
    if (this.#source !== undefined && this.#analyser !== undefined) {
      this.#analyser.getFloatTimeDomainData(this.#samples);
      level = loudness(this.#samples);
    }
    const shown = Math.max(level, this.#shown - fall, 0);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#bar.value = shown;
  }
}
