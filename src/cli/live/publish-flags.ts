/** The flags of `sluice live publish`, by the headings of its help. */
import { encoderDefaults as encoding } from '../../live/encode/options.ts';
import { publishDefaults as usual } from '../../live/publish/options.ts';
import { giveUpFlag } from '../connection.ts';
import { figuresFlags } from '../figures-flags.ts';
import { optional, required, sized, timed, toggle, valued } from '../flags.ts';
import { newTopicFlags } from '../topic-flags.ts';
import { choice, duration, text, topicName } from '../values.ts';
import { bitrate, pictureRate, pictureSize, renditions, words } from './values.ts';

const stream = {
  stream: required('stream', 'STREAM', text, 'the name that viewers find it by'),
  topic: valued('topic', 'TOPIC', topicName, usual.topic, usual.topic, 'the topic of the media'),
  takeover: toggle('takeover', 'take the stream over from a publisher that lives; that one stops'),
  keepLive: toggle('keep-live', 'leave the stream open at the end, for a publisher that goes on with it'),
  streamKey: optional(
    'stream-key',
    'KEY',
    text,
    'what publishers of this stream must know; better in SLUICE_STREAM_KEY or the --config file',
  ),
} as const;

const input = {
  input: required(
    'input',
    'INPUT',
    text,
    'anything that FFmpeg opens; - for standard input, test for a picture with a clock and a tone',
  ),
  inputOptions: optional(
    'input-options',
    'OPTIONS',
    words,
    'FFmpeg\'s options before its -i, e.g. "-f rawvideo -pix_fmt yuv420p -s 640x360 -r 30"',
  ),
  loop: toggle('loop', 'begin again whenever the file ends'),
  fast: toggle('fast', 'take a file as fast as it can be encoded, not as fast as it lasts'),
  stallAfter: timed('stall-after', 10_000, 'start FFmpeg anew when it has given nothing for so long'),
  ffmpeg: valued('ffmpeg', 'PROGRAM', text, 'ffmpeg', 'ffmpeg, from the PATH', 'the program that encodes'),
} as const;

export const encoderFlags = {
  rendition: {
    flag: 'rendition',
    form: 'list',
    argument: 'SIZE@BITRATE',
    schema: renditions,
    fallback: undefined,
    help: 'a picture of this size and bit rate, e.g. 1280x720@2500k; may be repeated, viewers choose',
  },
  size: optional(
    'size',
    'WIDTHxHEIGHT',
    pictureSize,
    'of the one picture, without --rendition',
    "the input's own",
  ),
  bitrate: optional('bitrate', 'RATE', bitrate, 'of the one picture, e.g. 2500k', 'by size and rate'),
  // Without a fallback: the rate of a file is only kept where nobody asks for another.
  rate: optional('rate', 'RATE', pictureRate, 'pictures a second', `a file's own, else ${encoding.rate}`),
  deinterlace: valued(
    'deinterlace',
    'auto|on|off',
    choice(['auto', 'on', 'off']),
    encoding.deinterlace as 'auto' | 'on' | 'off',
    encoding.deinterlace,
    'fields become whole pictures; auto: where the input says that it has fields',
  ),
  videoCodec: valued(
    'video-codec',
    'NAME',
    text,
    encoding.videoCodec as string,
    encoding.videoCodec,
    "FFmpeg's encoder; copy: as it comes, where its keyframes allow; none: sound alone",
  ),
  audioCodec: valued(
    'audio-codec',
    'NAME',
    text,
    encoding.audioCodec as string,
    encoding.audioCodec,
    "FFmpeg's encoder; copy, none",
  ),
  audioBitrate: valued(
    'audio-bitrate',
    'RATE',
    bitrate,
    encoding.audioBitrate as number,
    '128k',
    'of the sound',
  ),
  preset: valued(
    'preset',
    'NAME',
    text,
    encoding.preset as string,
    encoding.preset,
    'of libx264 and libx265: ultrafast to veryslow',
  ),
  tune: valued('tune', 'NAME', text, encoding.tune as string, encoding.tune, 'of libx264 and libx265'),
} as const;

export const latencyFlags = {
  partTarget: timed(
    'part-target',
    encoding.partTarget,
    'how long a part lasts: viewers get it when it is whole',
  ),
  segmentTarget: timed('segment-target', encoding.segmentTarget, 'how long a segment lasts'),
  keyframeInterval: optional(
    'keyframe-interval',
    'TIME',
    duration,
    'from one keyframe to the next; viewers join at one',
    'the segment target',
  ),
  chunks: valued(
    'chunks',
    'part|frame',
    choice(['part', 'frame']),
    encoding.chunks as 'part' | 'frame',
    encoding.chunks,
    'what is sent at once; frame: each picture, for viewers by WebSocket who cannot wait for a part',
  ),
} as const;

export const spoolFlags = {
  spoolBytes: sized(
    'spool',
    usual.spoolBytes,
    0,
    'what may wait while Kafka does not take it; past that, segments become gaps',
  ),
  giveUpAfter: giveUpFlag('never'),
} as const;

const newTopic = newTopicFlags(usual, 'how long it keeps media, or forever: how far viewers can rewind');

export const publishGroups = {
  Stream: stream,
  Input: input,
  Encoding: encoderFlags,
  'Low latency': latencyFlags,
  Kafka: spoolFlags,
  Figures: figuresFlags,
  'A topic that does not exist yet is created with': newTopic,
} as const;
