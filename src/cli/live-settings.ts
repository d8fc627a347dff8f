/**
 * The settings of a run that goes on. SIGHUP has the configuration read anew: what may change does, what may not is named. On a terminal
 * that is gone it means what it always has: the end.
 */
import { isatty } from 'node:tty';
import { describeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Call } from './verb.ts';

interface Configuration<S> {
  readonly settings: S;
  readonly output: Call<never>['output'];
  readonly kafka: Call<never>['kafka'];
}

export interface LiveOptions<S> extends Configuration<S> {
  readonly reread: () => Promise<Configuration<S>>;
  /** Names of settings that may change. */
  readonly changeable: readonly (keyof S & string)[];
}

export class LiveSettings<S extends object> {
  readonly #options: LiveOptions<S>;
  #current: Configuration<S>;
  /** Is told of the settings when they have changed. */
  onChange: (settings: S) => void = () => {};
  /** Whose level may change. */
  logger: Logger | undefined;

  constructor(options: LiveOptions<S>) {
    this.#options = options;
    const { settings, output, kafka } = options;
    this.#current = { settings, output, kafka };
  }

  /** As they are now. */
  get settings(): S {
    return this.#current.settings;
  }

  get output(): Configuration<S>['output'] {
    return this.#current.output;
  }

  /** Reads the configuration anew and takes over what may change. Gives what there is to say of it; never rejects. */
  async reload(): Promise<string> {
    const { reread, changeable } = this.#options;
    const before = this.#current;
    let now: Configuration<S>;
    try {
      now = await reread();
    } catch (error) {
      return `the configuration cannot be used, and all stays as it is: ${describeError(error)}`;
    }
    const changed = differences(before.settings, now.settings);
    const taken = changed.filter((name) => changeable.some((one) => one === name));
    const values = Object.fromEntries(taken.map((name) => [name, Reflect.get(now.settings, name)]));
    const level = differences(before.output, now.output).filter((name) => name === 'logLevel');
    const refused = [
      ...changed.filter((name) => !taken.includes(name)),
      ...differences(before.output, now.output).filter((name) => name !== 'logLevel'),
      ...differences(before.kafka, now.kafka),
    ];
    const { logLevel } = now.output;
    const { logLevel: _before, ...rest } = before.output;
    const output = logLevel === undefined ? rest : { ...rest, logLevel };
    this.#current = { ...before, settings: { ...before.settings, ...values }, output };
    if (this.logger !== undefined && logLevel !== undefined && level.length > 0) this.logger.level = logLevel;
    try {
      if (taken.length > 0) this.onChange(this.#current.settings);
    } catch (error) {
      return describeError(error);
    }
    return told([...taken, ...level], refused);
  }

  /** Until the function that is returned is called. */
  listen(say: (text: string) => void, end: () => void): () => void {
    const hadTerminal = hasTerminal();
    const onHangup = (): void => {
      if (hadTerminal && !hasTerminal()) end();
      else void this.reload().then(say);
    };
    process.on('SIGHUP', onHangup);
    return () => void process.off('SIGHUP', onHangup);
  }
}

function hasTerminal(): boolean {
  return [0, 1, 2].some((descriptor) => isatty(descriptor));
}

/** Names whose values differ; one that is not there any more is one too. */
function differences(before: object, now: object): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter(
    (name) => JSON.stringify(Reflect.get(before, name)) !== JSON.stringify(Reflect.get(now, name)),
  );
}

function told(taken: readonly string[], refused: readonly string[]): string {
  const words = ['the configuration was read anew'];
  if (taken.length > 0) words.push(`changed: ${taken.map(flagOf).join(', ')}`);
  if (refused.length > 0) words.push(`only with the next start: ${refused.map(flagOf).join(', ')}`);
  if (taken.length + refused.length === 0) words.push('nothing has changed');
  return words.join('; ');
}

/** `minAge` -> `--min-age`; Kafka's properties stay as they are. */
function flagOf(name: string): string {
  return name.includes('.') ? name : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
