/** Several stores of one source, of which each may be waited for by itself: whoever listens hears of a source that waits, or goes on. */
import type { ResumedEvent, WaitingEvent } from '../shared/events.ts';

type Tell = (event: WaitingEvent | ResumedEvent) => void;

/** Makes what each store is to tell by. Where one goes on and another is still waited for, that one is told again: the source does not go on yet. */
export function toldAsOne(tell: Tell): () => Tell {
  const waiting = new Set<WaitingEvent>();
  return () => {
    let own: WaitingEvent | undefined;
    return (event) => {
      if (own !== undefined) waiting.delete(own);
      own = event.type === 'waiting' ? event : undefined;
      if (own !== undefined) waiting.add(own);
      tell(event);
      const [other] = waiting;
      if (event.type === 'resumed' && other !== undefined) tell(other);
    };
  };
}
