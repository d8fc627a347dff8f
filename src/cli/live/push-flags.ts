/** The flags of `sluice live push`, by the headings of its help. */
import { pushDefaults as usual } from '../../live/push/options.ts';
import { giveUpFlag } from '../connection.ts';
import { figuresFlags } from '../figures-flags.ts';
import { optional, timed, valued } from '../flags.ts';
import { path, text, texts } from '../values.ts';
import { onceFlag, streamFlags } from './read-flags.ts';
import { bitrate } from './values.ts';

export const pushGroups = {
  'What to push': { ...streamFlags, once: onceFlag },
  'Where to': {
    to: {
      flag: 'to',
      form: 'list',
      // Addresses have commas.
      separator: ' ',
      argument: 'URL',
      schema: texts,
      fallback: undefined,
      help: 'rtmp://HOST/APP/KEY, rtmps://... or srt://HOST:PORT?streamid=ID&passphrase=WORD; may be repeated. Others may see it for a moment: better in SLUICE_TO or --to-file',
    },
    toFile: optional(
      'to-file',
      'FILE',
      path,
      'the same, one address a line; lines that begin with # do not count',
    ),
    bitrate: valued(
      'bitrate',
      'RATE',
      bitrate,
      usual.bitrate as number,
      '4M',
      'of a picture that a target does not take as it is',
    ),
    stallAfter: timed(
      'stall-after',
      usual.stallAfter,
      'connect anew when a target has taken nothing for so long',
    ),
    ffmpeg: valued('ffmpeg', 'PROGRAM', text, 'ffmpeg', 'ffmpeg, from the PATH', 'the program that sends'),
    giveUpAfter: giveUpFlag('never'),
  },
  Figures: figuresFlags,
} as const;
