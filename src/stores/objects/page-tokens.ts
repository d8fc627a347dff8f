/** What the pages of a listing go by, and whether they lead anywhere. */
import { SluiceError } from '../../errors.ts';

/**
 * Some servers give a page again, or go in a circle. Of the tokens that were given one is kept, a later one each time that as many more have
 * come (Brent's way): whatever the circle's length is, it is gone round three times at the most.
 */
export class PageTokens {
  readonly #url: string;
  #kept: string | undefined;
  #since = 0;
  #reach = 1;

  /** `url`: what is listed, for people. */
  constructor(url: string) {
    this.#url = url;
  }

  /** The token itself, to ask for the next page. Throws when it came before. */
  next(token: string): string {
    if (token === this.#kept)
      throw new SluiceError(`${this.#url} cannot be listed: the server gives the same page again and again`);
    this.#since++;
    if (this.#kept === undefined || this.#since === this.#reach) {
      this.#kept = token;
      this.#since = 0;
      this.#reach *= 2;
    }
    return token;
  }
}

/** Of a server that says that there is more, and not how to ask for it. What it lists is not all, and what is missing is not gone. */
export function cutShort(url: string): SluiceError {
  return new SluiceError(
    `${url} cannot be listed: the server says that there is more, and not how to ask for it`,
  );
}
