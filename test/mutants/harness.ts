/**
 * What test files get for `node:test` while mutants are tried: tests are noted when a file is loaded, and run one after the other until
 * one fails. Each mutant has the files loaded anew in the same process, so that it costs no start of Node. It has just what the
 * tests of pure rooms use; a file that uses more fails before any mutant is tried.
 */

type Body = (context: Context) => unknown;

interface Noted {
  readonly name: string;
  readonly body: Body;
}

let noted: Noted[] = [];

/** The part of `TestContext` that those tests use. */
class Context {
  readonly name: string;
  readonly signal: AbortSignal = new AbortController().signal;
  readonly #ends: (() => unknown)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  after(end: () => unknown): void {
    this.#ends.push(end);
  }

  diagnostic(): void {}

  async test(name: string, ...rest: readonly unknown[]): Promise<void> {
    await run({ name, body: bodyOf(rest) });
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
  }
}

function bodyOf(rest: readonly unknown[]): Body {
  const body = rest.find((one) => typeof one === 'function');
  if (body === undefined) throw new Error('a test without a body');
  return body as Body;
}

async function run({ name, body }: Noted): Promise<void> {
  const context = new Context(name);
  try {
    await body(context);
  } finally {
    await context.end();
  }
}

export function test(name: string, ...rest: readonly unknown[]): Promise<void> {
  noted.push({ name, body: bodyOf(rest) });
  return Promise.resolve();
}

/** A test that failed, and how. */
export interface Failure {
  readonly name: string;
  readonly error: unknown;
}

/** Runs what has been noted since the last time, up to the first failure; undefined: all of it went well. */
export async function runNoted(): Promise<Failure | undefined> {
  const tests = noted;
  noted = [];
  for (const one of tests) {
    try {
      await run(one);
    } catch (error) {
      return { name: one.name, error };
    }
  }
  return undefined;
}

/** Forgets what a file has noted that could not be loaded to its end. */
export function forgetNoted(): void {
  noted = [];
}
