/** Senders that are one command: what they print is what their user reads, and a signal ends them in good order. */
import { runCommand, startCommand } from '../../support/process.ts';
import type { SenderProgram, Target } from '../sender.ts';

export interface CommandSender extends Pick<SenderProgram, 'name' | 'protocol' | 'needsNewFfmpeg'> {
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  args(target: Target): readonly string[];
  readonly versionArgs: readonly string[];
  readonly versionPattern: RegExp;
  /** What it prints when it is refused; the first group is the sentence. */
  readonly refusal: RegExp;
  /** What it takes for the wish to end in good order, also where nobody sits before it; undefined: it ends by itself, soon. */
  readonly endedBy?: NodeJS.Signals | undefined;
}

export function commandSender(sender: CommandSender): SenderProgram {
  const { name, protocol, command, env = {}, refusal, endedBy, needsNewFfmpeg = false } = sender;
  return {
    ...{ name, protocol, needsNewFfmpeg },
    async version() {
      const { stdout } = await runCommand(command, sender.versionArgs, { env }).catch((cause) => {
        throw new Error(`${command} is missing: scripts/setup-senders brings it`, { cause });
      });
      const found = sender.versionPattern.exec(stdout)?.[1];
      if (found === undefined) throw new Error(`${command} does not say its version, but: ${stdout}`);
      return found;
    },
    async send(owner, target) {
      const began = performance.now();
      const { child, output } = startCommand(
        // On a terminal it would print each line at once too.
        'stdbuf',
        ['-o0', command, ...sender.args(target)],
        { env },
        owner,
      );
      return {
        began,
        async refusal() {
          return refusal.exec(`${output.stderr}\n${output.stdout}`)?.[1]?.trim();
        },
        said: () => `${output.stdout}${output.stderr}`.slice(-500),
        async stop() {
          if (endedBy !== undefined) child.kill(endedBy);
        },
      };
    },
  };
}
