/** What a server of senders reports of its streams, where somebody wants to know it. */
import type { Kafka } from '../../kafka/contract.ts';
import type { Logger } from '../../log.ts';
import { hostName } from '../../machine.ts';
import { Reporter, type Told } from '../../reports/reporter.ts';
import type { Board } from './board.ts';
import type { IngestEvent } from './events.ts';

export class IngestReport {
  readonly #board: Board;
  /** Stream -> how often its encoder began anew. */
  readonly #restarts = new Map<string, number>();
  readonly #renditions = new Map<string, readonly string[]>();
  #waiting: string | undefined;

  constructor(board: Board) {
    this.#board = board;
  }

  see(event: IngestEvent): void {
    if (event.type === 'encoder-restarted')
      this.#restarts.set(event.stream, (this.#restarts.get(event.stream) ?? 0) + 1);
    else if (event.type === 'started') this.#renditions.set(event.stream, event.renditions);
    else if (event.type === 'waiting' && event.stream === undefined) this.#waiting = event.message;
    else if (event.type === 'resumed' && event.stream === undefined) this.#waiting = undefined;
    else if (event.type === 'ended') {
      this.#restarts.delete(event.stream);
      this.#renditions.delete(event.stream);
    }
  }

  begin(kafka: Kafka, topic: string, logger: Logger): Reporter {
    const name = hostName() ?? 'localhost';
    const key = { kind: 'ingest', name, instance: String(process.pid) } as const;
    return new Reporter({ kafka, topic, key, logger, tell: () => this.told(), isForgotten: true });
  }

  told(): Told {
    const streams = this.#board.streams.map(({ stream, bitrate, gaps, losses, faults }) => {
      const restarts = (this.#restarts.get(stream) ?? 0) + losses;
      const renditions = [...(this.#renditions.get(stream) ?? [])];
      const told = { bitRate: Math.round(bitrate), restarts, gaps, renditions, faults: [...faults] };
      return [stream, told] as const;
    });
    const waiting = this.#waiting === undefined ? {} : { waiting: this.#waiting };
    return { ...waiting, streams: Object.fromEntries(streams) };
  }
}
