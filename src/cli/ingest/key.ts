/** `sluice ingest key`: who may send which streams. */
import { Command } from 'commander';
import { keyAddCommand } from './key-add.ts';
import { keyListCommand, keyRemoveCommand } from './key-list.ts';

export function keyCommand(): Command {
  return new Command('key')
    .summary('make, list and take back keys of senders')
    .description(
      'Keys of senders stand on a topic, hashed: every server of it knows of a new one, and of one that was taken back, at once.',
    )
    .addCommand(keyAddCommand())
    .addCommand(keyListCommand())
    .addCommand(keyRemoveCommand());
}
