/**
 * A proxy before a broker that counts round trips: it holds back all answers until its client has nothing more to say, and lets them go
 * together. What the client writes then belongs to the next turn. A connection takes a turn to stand, as over a real line.
 * However long the line, a client needs as many times its round trip as it needs turns here, and no clock of a busy machine
 * makes that fewer.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { Owner } from './owner.ts';

export interface TurnProxy {
  readonly port: number;
  /** Where connections lead; set it before the first one. */
  target: number;
  /** Round trips that have ended. */
  readonly turns: number;
  /** What was asked, as `TURN CONNECTION: API`, for whoever wonders why there were so many. */
  readonly trace: readonly string[];
  /** Begins to count anew. */
  reset(): void;
}

/** Milliseconds in which a client writes what it has to write. Longer pauses of it count as turns, shorter ones never do. */
const quietMs = 60;
const fetchKey = 1;

interface Pair {
  readonly name: number;
  readonly client: Socket;
  readonly broker: Socket;
  isOpening: boolean;
  /** Frames of the client, until the connection stands. */
  waiting: Buffer[];
  /** Answers, until the turn ends. */
  held: Buffer[];
  /** API keys of what is not answered yet, by correlation id. */
  readonly asked: Map<number, number>;
}

/** Listens on a free port of 127.0.0.1 until its owner ends. */
export async function startTurnProxy(owner: Owner): Promise<TurnProxy> {
  const pairs = new Set<Pair>();
  let turns = 0;
  let opened = 0;
  let trace: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const mayEnd = (): boolean => {
    const all = [...pairs];
    // A broker may hold a Fetch as long as nothing comes; whatever else it was asked it is about to answer.
    const isBusy = all.some(({ asked }) => [...asked.values()].some((key) => key !== fetchKey));
    return !isBusy && all.some(({ isOpening, held }) => isOpening || held.length > 0);
  };
  const stir = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (mayEnd()) endTurn();
    }, quietMs);
  };
  const endTurn = (): void => {
    turns += 1;
    for (const pair of pairs) {
      for (const answer of pair.held.splice(0)) pair.client.write(answer);
      if (!pair.isOpening) continue;
      pair.isOpening = false;
      for (const request of pair.waiting.splice(0)) ask(pair, request);
    }
    stir();
  };
  const ask = (pair: Pair, request: Buffer): void => {
    const key = request.readInt16BE(4);
    trace.push(`${turns} ${pair.name}: ${key}`);
    pair.asked.set(request.readInt32BE(8), key);
    pair.broker.write(request);
  };

  const server = createServer((client) => {
    opened += 1;
    const broker = connect(proxy.target, '127.0.0.1');
    const pair: Pair = {
      name: opened,
      client,
      broker,
      isOpening: true,
      waiting: [],
      held: [],
      asked: new Map(),
    };
    trace.push(`${turns} ${pair.name}: connect`);
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      broker.destroy();
      stir();
    };
    for (const socket of [client, broker]) socket.on('error', end).on('close', end);
    client.setNoDelay(true).on(
      'data',
      frames((request) => {
        stir();
        if (pair.isOpening) pair.waiting.push(request);
        else ask(pair, request);
      }),
    );
    broker.setNoDelay(true).on(
      'data',
      frames((answer) => {
        stir();
        pair.asked.delete(answer.readInt32BE(4));
        pair.held.push(answer);
      }),
    );
    stir();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  owner.after(() => {
    clearTimeout(timer);
    server.close();
    for (const { client, broker } of pairs) for (const socket of [client, broker]) socket.destroy();
  });
  const proxy: TurnProxy = {
    port: address.port,
    target: 0,
    get turns() {
      return turns;
    },
    get trace() {
      return trace;
    },
    reset() {
      turns = 0;
      trace = [];
    },
  };
  return proxy;
}

/** Cuts a stream into frames, their lengths included. */
function frames(each: (frame: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.byteLength >= 4 && rest.byteLength >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      each(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}
