/** One run of an uploader: the lease held, intake and senders joined, files tried again, everything left in good order. */
import { ConfigurationError, describeError } from '../../errors.ts';
import { KafkaError, type Producer } from '../../kafka/contract.ts';
import { rootPath } from '../../records/path.ts';
import { type FileState, mayStand } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { Intake } from '../find/intake.ts';
import { TellGone } from '../find/tell-gone.ts';
import { abortUpload } from '../send/abort-upload.ts';
import { Attributed } from '../send/attributed.ts';
import { sendFault } from '../send/capacity.ts';
import { recordLimit } from '../send/chunk-size.ts';
import { HardLinks } from '../send/hard-links.ts';
import { MovedFiles } from '../send/moved-files.ts';
import { Precedence } from '../send/precedence.ts';
import type { SendContext } from '../send/send-context.ts';
import { type SendOthers, sendOthers } from '../send/send-others.ts';
import { Senders } from '../send/senders.ts';
import { lookText } from '../shared/look-text.ts';
import { retryPause, tries, uploadWaits } from '../shared/upload-waits.ts';
import { type Decision, decide, kindOf } from '../state/decide.ts';
import { DueFiles } from '../state/due-files.ts';
import { GoneFiles } from '../state/gone-files.ts';
import { HeldLease } from '../state/held-lease.ts';
import { NotSent } from '../state/not-sent.ts';
import { sentRecords } from '../state/standing-records.ts';
import { sendContextOf } from './send-context-of.ts';
import type { UploadRunOptions } from './upload-run-options.ts';
import { isForPacks, type WayToSend, waysToSend } from './ways-to-send.ts';

export class UploadRun {
  readonly #options: UploadRunOptions;
  readonly #producer: Producer;
  readonly #context: SendContext;
  readonly #senders: Senders;
  readonly #isSmall: (file: SourceFile, decision: WayToSend) => boolean;
  readonly #attributed: Attributed;
  readonly #intake: Intake;
  readonly #notSent: NotSent;
  readonly #due: DueFiles;
  readonly #goneFiles: GoneFiles;
  readonly #others: SendOthers;
  readonly #hardLinks: HardLinks | undefined;
  readonly #moved: MovedFiles | undefined;
  readonly #tellGone: TellGone | undefined;
  /** What is done about files that are gone, one after the other. */
  #clearing: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(options: UploadRunOptions) {
    this.#options = options;
    const { kafka, source, settings, selection, progress, state, topic, producer, stop } = options;
    const { name: uploader, parallel, onEvent } = settings;
    this.#producer = producer;
    this.#context = sendContextOf(options);
    // What is sent and not remembered is sent again by every later run: no reason to go on.
    state.behind.open(this.#producer, (error) => this.#fail(error));
    this.#due = new DueFiles(settings.compare, (path) => source.hasWalked?.(path) === true);
    const { copies, deltas } = waysToSend(options);
    this.#isSmall = isForPacks(this.#context, copies, settings.packBelow);
    this.#attributed = new Attributed({ source, limit: () => this.#context.limit, onEvent });
    this.#senders = new Senders({
      ...{ copies, deltas },
      kafka,
      context: this.#context,
      parallel,
      precedence: new Precedence(settings),
      onEvent,
      sent: (file) => this.#sent(file),
      refused: (file, reason) => this.#refused(file, reason),
      failed: (path, reason) => this.#failed(path, reason),
      again: (path, reason) => this.#again(path, reason, 0),
    });
    this.#others = sendOthers({
      context: this.#context,
      onEvent,
      sent: (file) => this.#sent(file),
      failed: (error) => this.#fail(error),
    });
    this.#hardLinks = settings.hardLinks ? new HardLinks(this.#context, onEvent) : undefined;
    const kept = (): void => {
      progress.filesFailed++;
    };
    const remembered = (): Promise<void> => state.behind.flush();
    const onTopic = () => sentRecords(kafka, topic.name, state);
    const isBusy = (path: string): boolean => this.#intake.isBusy(path);
    const moving = { source, isBusy, remembered, onTopic, onEvent, kept };
    this.#moved = settings.move ? new MovedFiles(moving) : undefined;
    settings.onControl?.({ reorder: (wishes) => this.#senders.reorder(new Precedence(wishes)) });
    const isBelieved = (): Promise<boolean> => this.#goneFiles.isBelieved();
    const { maxDelete, once } = settings;
    const settled = (path: string): void => onEvent({ type: 'settled', path });
    this.#notSent = new NotSent({ once, settled });
    if (settings.delete) {
      const from = { source, selection, state, maxDelete, isBelieved, isBusy };
      this.#tellGone = new TellGone({ ...from, context: this.#context, once, onEvent });
    }
    this.#intake = new Intake({
      source,
      selection,
      notices: options.notices,
      waited: options.waited ?? (() => 0),
      // Nobody writes to what is whole.
      minAge: source.abilities.appearsWhole ? 0 : settings.minAge,
      ...(settings.maxAge === undefined ? {} : { maxAge: settings.maxAge }),
      scanInterval: settings.scanInterval,
      once,
      signal: stop.signal,
      onEvent,
      known: (file, inWalk) => this.#isKnown(file, inWalk),
      hasRoom: () => this.#senders.hasRoom && this.#attributed.hasRoom,
      offer: (file) => this.#offer(file),
      refuse: (path, reason) => this.#giveUp(path, reason, ''),
      settled,
      vanished: (path) => this.#vanished(path),
      walked: () => this.#walked(),
      begins: () => {
        this.#goneFiles.begins();
        this.#notSent.begins();
      },
      witness: this.#tellGone,
      backlog: progress.backlog,
    });
    const abort = (path: string, begun: FileState): Promise<void> => {
      const ref = { uploader, path, upload: begun.upload };
      return abortUpload(this.#context, ref, begun.partition, 'it was removed before all of it was sent');
    };
    const isKept = (file: FileState): boolean => settings.delete && mayStand(file);
    const of = { kafka, source, state, topic, signal: stop.signal };
    this.#goneFiles = new GoneFiles({ ...of, onEvent, isKept, abort });
  }

  /** Resolves when all is sent (`once`) or the run was stopped. Rejects with what made going on impossible. */
  async run(): Promise<void> {
    const { settings, topic, state, stop } = this.#options;
    const { name: uploader } = settings;
    const lost = (error: unknown): void => this.#fail(error);
    const [leases, write] = [state.leasesFrom.bind(state), state.writeLease.bind(state)];
    await this.#goneFiles.begin().catch(lost);
    const { names, recipients } = this.#options.encryption ?? {};
    if (names !== undefined && recipients !== undefined)
      await state.tellNames(recipients.markOf(uploader), () => recipients.wrap(names.secret));
    const lease = await HeldLease.take({ uploader, topicId: topic.id, leases, write, lost }, state.end);
    state.behind.guardWith(() => lease.confirm());
    const hasRestored = state.restored > 0;
    const ready = state.makeReady(topic.id).catch(lost);
    // Marks stand before all that will be remembered of this run, in the same partition: nothing need wait for them.
    if (hasRestored) await ready;
    const looks = setInterval(() => void this.#lookAtTopic().catch(lost), uploadWaits.topicLook);
    const sending = this.#senders.run().catch(lost);
    await this.#intake.run().catch(lost);
    this.#senders.close({ drop: stop.signal.aborted });
    await sending;
    await Promise.all([ready, this.#clearing, this.#others.done(), this.#moved?.done().catch(lost)]);
    clearInterval(looks);
    if (settings.once) await this.#hardLinks?.tell().catch(lost);
    try {
      await lease.release();
      await state.behind.flush();
      await this.#producer.close();
    } catch (error) {
      this.#fail(error);
    }
    // A user who stops the run while the cluster is away gets out: what was not acknowledged is sent by the next run.
    const cutOff =
      this.#failure instanceof KafkaError && this.#failure.kind === 'closed' && settings.signal?.aborted;
    if (this.#failure !== undefined && !cutOff) throw this.#failure;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#options.stop.abort();
  }

  async #lookAtTopic(): Promise<void> {
    const { kafka, topic } = this.#options;
    const now = await kafka.describeTopic(topic.name);
    if (now === undefined) return;
    if (now.id !== topic.id) {
      throw new ConfigurationError(
        `topic ${topic.name} was deleted and made anew while files were sent there: start again with --resend to send them all`,
      );
    }
    this.#context.options.partitions.grow(now.partitions);
    await this.#context.options.kept?.look(now);
    if (now.maxMessageBytes !== undefined)
      this.#context.limit = recordLimit(this.#context.options, now.maxMessageBytes);
  }

  #vanished(path: string): void {
    this.#notSent.forget(path);
    this.#due.forget(path);
    if (this.#options.state.get(path)?.state === 'sending') this.#clear(() => this.#goneFiles.vanished(path));
  }

  #walked(): void {
    this.#due.walked();
    this.#notSent.walked((path) => this.#intake.isBusy(path));
    this.#clear(() => this.#goneFiles.walked());
    const tell = this.#tellGone?.walked();
    if (tell !== undefined) this.#clear(tell);
    if (!this.#options.settings.once) this.#clear(async () => this.#hardLinks?.tell());
  }

  #clear(work: () => Promise<void>): void {
    this.#clearing = this.#clearing.then(work).catch((error: unknown) => this.#fail(error));
  }

  #isKnown(file: SourceFile, inWalk: boolean): boolean {
    const { source, settings, state, progress } = this.#options;
    if (this.#notSent.isGivenUp(file)) return true;
    const remembered = state.get(file.path);
    // An empty folder, where a disk is to be mounted, is a root too.
    if (inWalk && remembered !== undefined && file.path !== rootPath) this.#goneFiles.found(file.path);
    if (inWalk) this.#due.note(file, remembered);
    const unchanged = this.#decide(file).action === 'unchanged';
    // Where it is walked through again, it was counted.
    const isCounted = settings.once && inWalk && !file.isFolder && source.hasWalked?.(file.path) !== true;
    if (unchanged && isCounted) progress.filesUnchanged++;
    if (unchanged) this.#notSent.settle(file.path);
    // An earlier run sent it, and was ended before it was removed.
    if (unchanged && !file.isFolder) this.#moved?.sent(file);
    if (unchanged && inWalk) this.#hardLinks?.note(file);
    return unchanged;
  }

  #decide(file: SourceFile): Decision {
    const { settings, state, encryption } = this.#options;
    const comparison = { by: settings.compare, isDue: this.#due.has(file.path) };
    return decide(file, state.get(file.path), encryption, comparison);
  }

  #offer(file: SourceFile): void {
    const decision = this.#decide(file);
    this.#due.forget(file.path);
    if (decision.action === 'unchanged') {
      this.#intake.done(file.path);
      return;
    }
    this.#moved?.comes(file);
    if (file.gives === undefined) {
      this.#push(file, decision);
      return;
    }
    // As many as are read at once go on in any order.
    this.#attributed.of(file).then(
      (full) => this.#options.stop.signal.aborted || this.#push(full, decision),
      (error: unknown) => this.#failed(file.path, `its attributes cannot be read: ${describeError(error)}`),
    );
  }

  #push(file: SourceFile, decision: WayToSend): void {
    const kind = kindOf(file);
    if (kind !== undefined) {
      this.#others[kind].push(file, decision.action === 'send' ? decision.abort : undefined);
      return;
    }
    const fault = sendFault(this.#context, file);
    if (fault?.isFinal) this.#refused(file, fault.reason);
    else if (fault !== undefined) this.#failed(file.path, fault.reason);
    else this.#senders.push({ file, decision }, this.#isSmall(file, decision) ? 'small' : 'large');
  }

  #sent(file: SourceFile): void {
    if (!file.isFolder) this.#moved?.sent(file);
    this.#hardLinks?.note(file);
    this.#notSent.sent(file.path);
    this.#intake.done(file.path);
  }

  #refused(file: SourceFile, reason: string): void {
    this.#notSent.tell(file.path);
    this.#giveUp(file.path, reason, lookText(file));
    this.#intake.done(file.path);
  }

  #failed(path: string, reason: string): void {
    const count = this.#notSent.failed(path);
    if (this.#options.settings.once && count >= tries) {
      this.#giveUp(path, reason, '');
      this.#intake.done(path);
    } else {
      this.#again(path, reason, retryPause(count));
    }
  }

  /** The file is looked at again after so many milliseconds. */
  #again(path: string, reason: string, pause: number): void {
    this.#notSent.tell(path);
    this.#options.settings.onEvent({ type: 'not-sent', path, reason, again: true });
    this.#intake.done(path, pause);
  }

  #giveUp(path: string, reason: string, look: string): void {
    this.#notSent.giveUp(path, look);
    this.#options.progress.filesFailed++;
    this.#options.settings.onEvent({ type: 'not-sent', path, reason, again: false });
  }
}
