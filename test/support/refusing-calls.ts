/** Calls on a disk of which some are refused, as foreign file systems do; the others stay real. */
import { constants } from 'node:os';
import { DiskCalls } from '../../src/stores/disk/calls.ts';

export type CallName =
  | 'open'
  | 'close'
  | 'write'
  | 'resizeNow'
  | 'setTimes'
  | 'setMode'
  | 'makeFolder'
  | 'rename'
  | 'link'
  | 'sync'
  | 'syncData'
  | 'syncFolder';

/** The code of the error that a call is to end with, or nothing where it is to be made. */
export type Refusal = (call: CallName, args: readonly unknown[]) => string | undefined;

export class RefusingCalls extends DiskCalls {
  readonly #refusal: Refusal;
  /** How often each call was made, refused ones included. */
  readonly made: Partial<Record<CallName, number>> = {};

  /** A disk of this machine is one that is always quick. */
  constructor(refusal: Refusal, isLocal = true, ordersWrites = false) {
    super(isLocal, () => 0, ordersWrites);
    this.#refusal = refusal;
  }

  /** What is refused is met in the ordinary way. */
  override get atOnce(): undefined {
    return undefined;
  }

  override async open(...args: Parameters<DiskCalls['open']>): Promise<number> {
    this.#ask('open', args);
    return super.open(...args);
  }

  /** The file is closed all the same, as systems do. */
  override async close(file: number): Promise<void> {
    await super.close(file);
    this.#ask('close', [file]);
  }

  override async write(...args: Parameters<DiskCalls['write']>): Promise<void> {
    this.#ask('write', args);
    return super.write(...args);
  }

  override resizeNow(...args: Parameters<DiskCalls['resizeNow']>): void {
    this.#ask('resizeNow', args, 'ftruncate');
    super.resizeNow(...args);
  }

  override async resize(...args: Parameters<DiskCalls['resize']>): Promise<void> {
    this.#ask('resizeNow', args, 'ftruncate');
    return super.resize(...args);
  }

  override async setTimes(...args: Parameters<DiskCalls['setTimes']>): Promise<void> {
    this.#ask('setTimes', args);
    return super.setTimes(...args);
  }

  override async setMode(...args: Parameters<DiskCalls['setMode']>): Promise<void> {
    this.#ask('setMode', args);
    return super.setMode(...args);
  }

  override async makeFolder(path: string): Promise<void> {
    this.#ask('makeFolder', [path], 'mkdir');
    return super.makeFolder(path);
  }

  override async rename(...args: Parameters<DiskCalls['rename']>): Promise<void> {
    this.#ask('rename', args);
    return super.rename(...args);
  }

  override async link(...args: Parameters<DiskCalls['link']>): Promise<void> {
    this.#ask('link', args);
    return super.link(...args);
  }

  override async sync(file: number): Promise<void> {
    this.#ask('sync', [file], 'fsync');
    return super.sync(file);
  }

  override async syncData(file: number): Promise<void> {
    this.#ask('syncData', [file], 'fdatasync');
    return super.syncData(file);
  }

  override async syncFolder(folder: string): Promise<void> {
    this.#ask('syncFolder', [folder], 'fsync');
    return super.syncFolder(folder);
  }

  #ask(call: CallName, args: readonly unknown[], syscall: string = call): void {
    this.made[call] = (this.made[call] ?? 0) + 1;
    const code = this.#refusal(call, args);
    if (code === undefined) return;
    const errno = -constants.errno[code as keyof typeof constants.errno];
    throw Object.assign(new Error(`${code}: refused, ${syscall}`), { code, errno, syscall });
  }
}
