/** `sluice relay`: topics of one cluster at another. */
import { Command } from 'commander';
import { relayConfigCommand } from './relay/config.ts';

export function relayCommand(): Command {
  return new Command('relay')
    .summary('bring topics to another cluster, by MirrorMaker 2')
    .description('Clusters are joined by MirrorMaker 2, which comes with Kafka. See docs/edges.md.')
    .addCommand(relayConfigCommand());
}
