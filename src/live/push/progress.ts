/** Reads what FFmpeg tells by `-progress`: lines `NAME=VALUE`, in blocks that end with `progress=`. Pure. */

/** Of one run, so far. */
export interface RunProgress {
  /** Of media that was sent. */
  readonly seconds: number;
  readonly bytes: number;
}

export class ProgressLines {
  #begun = '';
  #seconds = 0;
  #bytes = 0;

  /** The newest whole block in the text and what came before it; undefined: none has come to its end. */
  push(text: string): RunProgress | undefined {
    const lines = (this.#begun + text).split('\n');
    this.#begun = (lines.pop() ?? '').slice(0, 1000);
    let isWhole = false;
    for (const line of lines) {
      const [name, value = ''] = line.trim().split('=', 2);
      // Not known at first: "N/A".
      const number = Number(value);
      if (name === 'out_time_us' && number > 0) this.#seconds = number / 1e6;
      if (name === 'total_size' && number > 0) this.#bytes = number;
      if (name === 'progress') isWhole = true;
    }
    return isWhole ? { seconds: this.#seconds, bytes: this.#bytes } : undefined;
  }
}
