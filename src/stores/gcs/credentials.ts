/** Who asks: Google's application default credentials, and what is meant where they give no token. */
import { ConfigurationError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import { StoreFault } from '../store-fault.ts';
import type { GoogleAuthLibrary } from './load.ts';

const scope = 'https://www.googleapis.com/auth/cloud-platform';

const places =
  'set GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth application-default login; --gs-anonymous does without';

/** Words of OAuth for what asking again does not mend. */
const refused =
  /\b(invalid_grant|invalid_client|unauthorized_client|deleted_client|disabled_client|invalid_rapt|rapt_required|invalid_scope|access_denied|invalid_target|invalid_request)\b/;

export class Credentials {
  readonly #library: GoogleAuthLibrary;
  #auth: InstanceType<GoogleAuthLibrary['GoogleAuth']>;
  /** They were good once: what is wrong with them now, their owner may be about to mend. */
  #haveWorked = false;

  constructor(library: GoogleAuthLibrary) {
    this.#library = library;
    this.#auth = this.#find();
  }

  /** Headers that say who asks. Throws ConfigurationError, or a StoreFault for what may pass. */
  async headers(cannot: string): Promise<Record<string, string>> {
    try {
      return Object.fromEntries(await this.#auth.getRequestHeaders());
    } catch (error) {
      this.renew();
      throw meaningOfAuth(error, cannot, this.#haveWorked);
    }
  }

  /** The next request looks for them anew, in files too. */
  renew(): void {
    this.#auth = this.#find();
  }

  /** They were taken. */
  note(): void {
    this.#haveWorked = true;
  }

  get haveWorked(): boolean {
    return this.#haveWorked;
  }

  #find(): InstanceType<GoogleAuthLibrary['GoogleAuth']> {
    // Named, so that it is not looked for with Google's command line: nothing here is asked by project.
    return new this.#library.GoogleAuth({ scopes: scope, projectId: 'unused' });
  }
}

/** Pure. */
export function meaningOfAuth(error: unknown, cannot: string, haveWorked: boolean): Error {
  if (!(error instanceof Error)) return error as Error;
  const { code, status, response } = error as Error & {
    code?: unknown;
    status?: unknown;
    response?: { status?: number; data?: unknown };
  };
  const said = `${error.message} ${typeof response?.data === 'object' ? JSON.stringify(response.data) : ''}`;
  const number = Number(response?.status ?? status ?? (/^\d+$/.test(String(code)) ? code : Number.NaN));
  // What the library throws holds requests whole, keys and all.
  const cause = new Error(shortened(error.message));
  const away = (reason: string): StoreFault =>
    new StoreFault(`${cannot}: ${reason}`, { scope: 'sink', code: 'EAGAIN', cause });
  if (/Could not load the default credentials/.test(error.message))
    return new ConfigurationError(`${cannot}: there are no Google credentials: ${places}`, { cause });
  const word = refused.exec(said)?.[1];
  if (word !== undefined && haveWorked)
    return away(`the credentials are not taken any more (${word}); log in again, or renew the key`);
  if (word !== undefined)
    return new ConfigurationError(
      `${cannot}: Google does not take these credentials (${word}): renew them; ${places}`,
      { cause },
    );
  const passes = number >= 500 || number === 429 || number === 408;
  if (passes || (Number.isNaN(number) && typeof code === 'string' && /^E[A-Z]/.test(code) && !isOfFile(code)))
    return away(`no token could be had (${shortened(error.message)})`);
  return new ConfigurationError(
    `${cannot}: the Google credentials cannot be used (${shortened(error.message)}): ${places}`,
    { cause },
  );
}

function isOfFile(code: string): boolean {
  return /^(?:ENOENT|EACCES|EISDIR|ENOTDIR|EPERM)$/.test(code);
}

function shortened(message: string): string {
  return withoutSecrets(message.split('\n', 1)[0]!).slice(0, 300);
}
