/** Cookies of the first handshake: who sends one back has the address that it says it has, and nothing of it has to be remembered until then. */
import { createHmac, randomBytes } from 'node:crypto';

const minute = 60_000;

export class Cookies {
  readonly #secret = randomBytes(32);

  /** Of an address and port; `now` in milliseconds. It is good for one to two minutes. */
  bake(address: string, port: number, now: number): number {
    return this.#of(address, port, Math.floor(now / minute));
  }

  isOurs(cookie: number, address: string, port: number, now: number): boolean {
    const time = Math.floor(now / minute);
    return cookie === this.#of(address, port, time) || cookie === this.#of(address, port, time - 1);
  }

  /** Never 0, which stands for none. */
  #of(address: string, port: number, time: number): number {
    const digest = createHmac('sha256', this.#secret).update(`${address} ${port} ${time}`).digest();
    return digest.readUInt32BE(0) || 1;
  }
}
