/** What a server reports of its viewers, where somebody wants to know it. */
import type { Kafka } from '../kafka/contract.ts';
import type { Logger } from '../log.ts';
import { hostName } from '../machine.ts';
import { Reporter, type Told } from '../reports/reporter.ts';
import type { ServeEvent } from './serve-options.ts';

export class ServeReport {
  #viewers: Readonly<Record<string, number>> = {};
  #url: string | undefined;
  #waiting: string | undefined;

  see(event: ServeEvent): void {
    if (event.type === 'serving') this.#url = reachable(event.url, hostName());
    else if (event.type === 'viewers') this.#viewers = event.streams;
    else if (event.type === 'waiting') this.#waiting = event.message;
    else if (event.type === 'resumed') this.#waiting = undefined;
  }

  /** `url`: of its page. */
  begin(kafka: Kafka, topic: string, url: string, logger: Logger): Reporter {
    // Of those that listen on loopback alone, several have one address.
    const { hostname, port } = new URL(url);
    const key = { kind: 'server', name: hostName() ?? hostname, instance: port || '80' } as const;
    return new Reporter({ kafka, topic, key, logger, tell: () => this.told(), isForgotten: true });
  }

  told(): Told {
    const streams = Object.entries(this.#viewers).map(([stream, viewers]) => [stream, { viewers }] as const);
    return {
      ...(this.#waiting === undefined ? {} : { waiting: this.#waiting }),
      ...(this.#url === undefined ? {} : { url: this.#url }),
      streams: Object.fromEntries(streams),
    };
  }
}

/** Who listens everywhere is reached by its host's name. */
function reachable(url: string, host = 'localhost'): string {
  return url.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\])/, `$1${host}`);
}
