/** `sluice topic`: topics as they should be. */
import { Command } from 'commander';
import { topicPlanCommand } from './topic/plan.ts';

export function topicCommand(): Command {
  return new Command('topic')
    .summary('plan topics, and compare them with the plan')
    .description(
      'Topics, and what carries them, as they should be for what is to go through. See docs/capacity.md.',
    )
    .addCommand(topicPlanCommand());
}
