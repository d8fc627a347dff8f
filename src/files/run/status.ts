/** Turns what the Kafka client says of its own state into events of a run. */
import type { KafkaStatus } from '../../kafka/contract.ts';
import type { ResumedEvent, WaitingEvent } from '../shared/events.ts';

/** Said again after so many milliseconds, for as long as the cluster is away. */
const sayAgain = 30_000;

/** A listener for the client's `onStatus`. */
export function statusEvents(
  emit: (event: WaitingEvent | ResumedEvent) => void,
): (status: KafkaStatus) => void {
  let away = false;
  let said = 0;
  return ({ state, message }) => {
    if (state === 'unreachable') {
      if (away && performance.now() - said < sayAgain) return;
      away = true;
      said = performance.now();
      emit({ type: 'waiting', on: 'kafka', message });
    } else if (state === 'connected' && away) {
      away = false;
      emit({ type: 'resumed', on: 'kafka', message });
    }
  };
}
