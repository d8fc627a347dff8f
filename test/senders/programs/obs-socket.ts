/** OBS's own websocket (protocol 5), as far as it takes to start a stream and to hear how that went. */
import { waitFor } from '../../support/wait.ts';

interface Message {
  readonly op: number;
  readonly d: {
    readonly requestId?: string;
    readonly requestStatus?: { readonly result: boolean; readonly comment?: string };
    readonly eventType?: string;
    readonly eventData?: Readonly<Record<string, unknown>>;
  };
}

const [identify, identified, event, request, response] = [1, 2, 5, 6, 7];
/** Events of outputs. */
const outputs = 1 << 6;

export interface ObsSocket {
  /** States of the stream, as they were told: `OBS_WEBSOCKET_OUTPUT_STARTED`, ... */
  readonly states: readonly string[];
  ask(type: string, data?: object): Promise<void>;
  close(): void;
}

export async function openObs(port: number): Promise<ObsSocket> {
  const states: string[] = [];
  const awaited = new Map<string, PromiseWithResolvers<void>>();
  const ready = Promise.withResolvers<void>();
  const socket = await waitFor(() => connect(port, (message) => take(message)), {
    what: 'the websocket of OBS',
    interval: 100,
  });
  const send = (op: number, d: object): void => socket.send(JSON.stringify({ op, d }));
  function take({ op, d }: Message): void {
    if (op === identified) ready.resolve();
    else if (op === event && d.eventType === 'StreamStateChanged')
      states.push(String(d.eventData?.outputState));
    else if (op === response) {
      const { result = false, comment = '' } = d.requestStatus ?? {};
      const answer = awaited.get(d.requestId ?? '');
      if (result) answer?.resolve();
      else answer?.reject(new Error(`OBS: ${comment}`));
    }
  }
  socket.addEventListener('close', () => ready.reject(new Error('OBS has closed its websocket')));
  send(identify, { rpcVersion: 1, eventSubscriptions: outputs });
  await ready.promise;
  let count = 0;
  return {
    states,
    ask(requestType, requestData = {}) {
      count += 1;
      const requestId = String(count);
      const answer = Promise.withResolvers<void>();
      awaited.set(requestId, answer);
      send(request, { requestType, requestId, requestData });
      return answer.promise;
    },
    close: () => socket.close(),
  };
}

function connect(port: number, onMessage: (message: Message) => void): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  socket.addEventListener('message', ({ data }) => onMessage(JSON.parse(String(data)) as Message));
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket), { once: true });
    socket.addEventListener('error', () => reject(new Error('nobody listens')), { once: true });
  });
}
