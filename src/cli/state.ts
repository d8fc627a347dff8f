/** `sluice state`: what uploaders remember. */
import { Command } from 'commander';
import { forgetCommand } from './state/forget.ts';
import { rebuildCommand } from './state/rebuild.ts';
import { showCommand } from './state/show.ts';

export function stateCommand(): Command {
  return new Command('state')
    .summary('show and change what uploaders remember')
    .description(
      'Uploaders remember in the topic TOPIC.state what they have sent. It needs no care: this is for looking, and for the day when ' +
        'something is to be sent again.',
    )
    .addCommand(showCommand())
    .addCommand(forgetCommand())
    .addCommand(rebuildCommand());
}
