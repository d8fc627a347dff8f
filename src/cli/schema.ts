/** `sluice schema`: what events and records look like, as JSON Schemas. */
import { Command } from 'commander';
import { schemaListCommand, schemaShowCommand } from './schema/list.ts';
import { schemaRegisterCommand } from './schema/register.ts';

export function schemaCommand(): Command {
  return new Command('schema')
    .summary('JSON Schemas of events and records')
    .description('What --json prints, and what stands on the topics, as JSON Schemas. See docs/schemas.md.')
    .addCommand(schemaListCommand())
    .addCommand(schemaShowCommand())
    .addCommand(schemaRegisterCommand());
}
