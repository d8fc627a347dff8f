/** FFmpeg as a sender: Debian's, and a newer one from PyPI that speaks enhanced RTMP. */
import { addressOf, type SenderProgram } from '../sender.ts';
import { type CommandSender, commandSender } from './command.ts';
import { newFfmpeg } from './places.ts';

const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30'];
const tone = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
const sound = ['-c:a', 'aac', '-b:a', '96k'];
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'];
const hevc = [
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  'yuv420p',
  '-x265-params',
  'log-level=1',
];
const av1 = [
  '-c:v',
  'libaom-av1',
  '-usage',
  'realtime',
  '-cpu-used',
  '8',
  '-row-mt',
  '1',
  '-lag-in-frames',
  '0',
];

function ffmpeg(
  name: string,
  protocol: CommandSender['protocol'],
  video: readonly string[],
  command = 'ffmpeg',
): SenderProgram {
  return commandSender({
    ...{ name, protocol, command, needsNewFfmpeg: video !== h264 },
    args: (target) => [
      ...['-nostdin', '-hide_banner', '-v', 'error', '-re', ...picture, ...tone],
      // 7.0 hears no signal while it sends.
      ...(command === newFfmpeg ? ['-t', '20'] : []),
      ...[...video, '-g', '30', '-b:v', '300k', ...sound],
      ...['-f', protocol === 'srt' ? 'mpegts' : 'flv', addressOf(target)],
    ],
    endedBy: command === newFfmpeg ? undefined : 'SIGTERM',
    versionArgs: ['-version'],
    versionPattern: /version (\S+)/,
    refusal: protocol === 'srt' ? /REJECT[^:]*: (.*?)(?: - not processing.*)?\n/ : /Server error: (.*)/,
  });
}

export const ffmpegs: readonly SenderProgram[] = [
  ffmpeg('FFmpeg, RTMP', 'rtmp', h264),
  ffmpeg('FFmpeg, RTMPS', 'rtmps', h264),
  ffmpeg('FFmpeg, SRT', 'srt', h264),
  ffmpeg('FFmpeg 7, RTMP', 'rtmp', h264, newFfmpeg),
  ffmpeg('FFmpeg 7, HEVC by enhanced RTMP', 'rtmp', hevc, newFfmpeg),
  ffmpeg('FFmpeg 7, AV1 by enhanced RTMP', 'rtmp', av1, newFfmpeg),
];
