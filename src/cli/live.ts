/** `sluice live`: live video through a topic. */
import { Command } from 'commander';
import { exportCommand } from './live/export.ts';
import { playCommand } from './live/play.ts';
import { publishCommand } from './live/publish.ts';
import { pushCommand } from './live/push.ts';
import { recordCommand } from './live/record.ts';
import { tokenCommand } from './live/token.ts';

export function liveCommand(): Command {
  return new Command('live')
    .summary('publish, play, record, push and export live video')
    .description(
      'Live video through a topic: an encoder publishes, viewers watch in a browser within about a second (sluice serve). ' +
        'FFmpeg 5.1 or newer encodes.',
    )
    .addCommand(publishCommand())
    .addCommand(playCommand())
    .addCommand(recordCommand())
    .addCommand(pushCommand())
    .addCommand(exportCommand())
    .addCommand(tokenCommand());
}
