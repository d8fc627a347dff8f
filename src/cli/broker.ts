/** `sluice broker`: a Kafka of one's own, for trying things out. */
import { Command } from 'commander';
import { startCommand } from './broker/start.ts';
import { statusCommand } from './broker/status.ts';
import { stopCommand } from './broker/stop.ts';

export function brokerCommand(): Command {
  return new Command('broker')
    .summary('start, stop or look at a Kafka on this machine')
    .description(
      'A real Apache Kafka on this machine, for development and for trying things out. ' +
        'It needs Java 17 or newer; Maven fetches Kafka itself once.',
    )
    .addCommand(startCommand())
    .addCommand(stopCommand())
    .addCommand(statusCommand());
}
