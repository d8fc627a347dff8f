/** One socket that speaks RTMP: read as its sender is let in and its media are taken. */
import type { Socket } from 'node:net';
import { describeError, FormatError, SluiceError } from '../../../errors.ts';
import type { Caller, Desk, Seat } from '../contract.ts';
import { MediaPipe } from './media-pipe.ts';
import { RtmpSession, type SessionEvent } from './session.ts';

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly desk: Desk;
  readonly protocol: Caller['protocol'];
  readonly address: string;
  /** Milliseconds for the handshake, and for all up to the command to publish. */
  readonly waits: { readonly handshake: number; readonly publish: number };
  readonly onNote: (message: string) => void;
}

/** Bytes of media that may wait for the encoder. */
const pipeLimit = 4 * 1024 * 1024;
/** Bytes of answers that may wait for who does not read them. */
const mostUnread = 256 * 1024;
/** Milliseconds in which a last word is written, and read by whoever closes when it was told to. */
const lastWord = 1000;

/** Resolves when the connection is over. Never rejects. */
export async function serveConnection(options: ConnectionOptions): Promise<void> {
  const connection = new Connection(options);
  await connection.run();
}

class Connection {
  readonly #options: ConnectionOptions;
  readonly #session = new RtmpSession();
  #seat: Seat | undefined;
  #pipe: MediaPipe | undefined;
  #sent: Promise<void> | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { socket, waits, onNote } = this.#options;
    // Strangers that connect and say little are cut off, however slowly they say it.
    this.#deadline = setTimeout(() => socket.destroy(), waits.handshake);
    let failure: unknown;
    try {
      await this.#read();
    } catch (error) {
      failure = error;
      if (error instanceof FormatError && this.#session.isOpen) onNote(describeError(error));
    } finally {
      clearTimeout(this.#deadline);
    }
    this.#pipe?.end(new SluiceError(`the connection of the sender was lost${reasonOf(failure)}`));
    if (this.#sent === undefined) this.#seat?.leave();
    socket.destroy();
    await this.#sent;
  }

  async #read(): Promise<void> {
    const { socket, waits } = this.#options;
    let isOpen = false;
    for await (const slice of socket) {
      for (const event of this.#session.push(slice)) if ((await this.#take(event)) === 'over') return;
      if (isOpen || !this.#session.isOpen) continue;
      isOpen = true;
      clearTimeout(this.#deadline);
      if (this.#pipe === undefined)
        this.#deadline = setTimeout(() => socket.destroy(), waits.publish - waits.handshake);
    }
  }

  async #take(event: SessionEvent): Promise<'over' | undefined> {
    switch (event.type) {
      case 'answer':
        this.#answer(event.bytes);
        return undefined;
      case 'note':
        this.#seat?.note?.(event.message);
        return undefined;
      case 'changed':
        this.#seat?.changed?.(event.what);
        return undefined;
      case 'publish':
        return this.#ask(event.named);
      case 'media':
        await this.#pipe?.push(event.bytes);
        return undefined;
      case 'end':
        this.#pipe?.end();
        await this.#close(Buffer.alloc(0));
        return 'over';
      case 'refused':
        this.#options.onNote(event.message);
        await this.#close(Buffer.alloc(0));
        return 'over';
    }
  }

  #answer(bytes: Buffer): void {
    const { socket } = this.#options;
    if (socket.writableLength > mostUnread)
      throw new FormatError('RTMP: nothing is read of what is answered');
    socket.write(bytes);
  }

  async #ask({
    stream,
    key,
  }: {
    readonly stream: string;
    readonly key: string;
  }): Promise<'over' | undefined> {
    const { desk, protocol, address, socket } = this.#options;
    clearTimeout(this.#deadline);
    const answer = await desk.ask({ protocol, stream, key, address });
    if (!answer.isAdmitted) {
      await this.#close(this.#session.refuse(answer.why, answer.message));
      return 'over';
    }
    this.#seat = answer.seat;
    const { signal } = answer.seat;
    const onAbort = (): void => {
      const { reason } = signal;
      this.#pipe?.end(reason instanceof Error ? reason : new SluiceError(String(reason)));
      void this.#close(this.#session.refuse('closing', describeError(reason)));
    };
    if (signal.aborted) {
      await this.#close(this.#session.refuse('closing', describeError(signal.reason)));
      return 'over';
    }
    signal.addEventListener('abort', onAbort, { once: true });
    socket.write(this.#session.admit());
    this.#pipe = new MediaPipe(pipeLimit);
    this.#sent = answer.seat.send({ container: 'flv', bytes: this.#pipe }).finally(() => {
      signal.removeEventListener('abort', onAbort);
      socket.destroySoon();
    });
    this.#sent.catch(() => {});
    return undefined;
  }

  /** A last word, and the end of the connection: by whoever is at the other end, or after a moment. */
  async #close(word: Buffer): Promise<void> {
    const { socket } = this.#options;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.end(word);
    // Nobody reads what comes now; unread it would make the last word one that the sender never sees.
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), lastWord);
    if (!socket.destroyed) await closed;
    clearTimeout(timer);
  }
}

function reasonOf(failure: unknown): string {
  return failure === undefined ? '' : `: ${describeError(failure)}`;
}
