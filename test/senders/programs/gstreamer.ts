/** GStreamer as a sender: each of its sinks that speak what we take. */

import { runCommand } from '../../support/process.ts';
import { addressOf, type SenderProgram, type Target } from '../sender.ts';
import { type CommandSender, commandSender } from './command.ts';
import { gstreamerPlugins } from './places.ts';

const raw = ['videotestsrc', 'is-live=true', '!', 'video/x-raw,width=320,height=180,framerate=30/1', '!'];
const h264 = [
  ...[...raw, 'x264enc', 'tune=zerolatency', 'speed-preset=ultrafast', 'key-int-max=30', 'bitrate=300', '!'],
  ...['video/x-h264,profile=baseline', '!', 'h264parse', '!', 'queue', '!'],
];
const tone = ['audiotestsrc', 'is-live=true', '!', 'audioconvert', '!'];
const aac = [...tone, 'avenc_aac', '!', 'aacparse', '!', 'queue', '!'];

function muxed(mux: readonly string[], sink: (target: Target) => readonly string[]): CommandSender['args'] {
  return (target) => ['-e', ...h264, 'mux.', ...aac, 'mux.', ...mux, '!', ...sink(target)];
}
const flv = ['flvmux', 'name=mux', 'streamable=true'];

function gstreamer(
  sink: string,
  protocol: CommandSender['protocol'],
  refusal: RegExp,
  args: CommandSender['args'],
): SenderProgram {
  return commandSender({
    name: `GStreamer ${sink}, ${protocol.toUpperCase()}`,
    ...{ protocol, command: 'gst-launch-1.0', args, refusal },
    env: { GST_PLUGIN_PATH: gstreamerPlugins },
    endedBy: 'SIGINT',
    versionArgs: ['--version'],
    versionPattern: /GStreamer (\S+)/,
  });
}

const rtmp2 = (target: Target): readonly string[] => [
  'rtmp2sink',
  `location=${addressOf(target)}`,
  ...(target.protocol === 'rtmps' ? ['tls-validation-flags=0'] : []),
];

const whipsink = gstreamer('whipsink', 'whip', /(Unexpected response.*)/, (target) => [
  ...['whipsink', 'name=out', `whip-endpoint=${addressOf(target)}`, `auth-token=${target.key}`],
  ...[
    ...h264,
    'rtph264pay',
    '!',
    'application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000',
  ],
  ...['!', 'out.sink_0', ...tone, 'opusenc', '!', 'rtpopuspay', '!'],
  ...['application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000', '!', 'out.sink_1'],
]);

const denied = /ERROR: .*?: (Not authorized.*)/;

/** Debian 12 has no sink for WHIP; ours is built by cargo, where there is one. */
const hasWhip =
  (
    await runCommand('gst-inspect-1.0', ['--exists', '--atleast-version=0.0', 'whipsink'], {
      env: { GST_PLUGIN_PATH: gstreamerPlugins },
    }).catch(() => ({ code: 1 }))
  ).code === 0;

export const gstreamers: readonly SenderProgram[] = [
  // It has librtmp's words for nothing but its own log (GST_DEBUG=rtmp:5).
  gstreamer(
    'rtmpsink',
    'rtmp',
    /(Could not connect to RTMP stream)/,
    muxed(flv, (target) => ['rtmpsink', `location=${addressOf(target)}`]),
  ),
  gstreamer('rtmp2sink', 'rtmp', denied, muxed(flv, rtmp2)),
  gstreamer('rtmp2sink', 'rtmps', denied, muxed(flv, rtmp2)),
  gstreamer(
    'srtsink',
    'srt',
    /(Error on SRT socket.*|Failed to write to SRT socket.*)/,
    muxed(['mpegtsmux', 'name=mux', 'alignment=7'], ({ port, stream, key }) => [
      ...['srtsink', `uri=srt://127.0.0.1:${port}`, `streamid=${stream}?key=${key}`],
    ]),
  ),
  hasWhip ? whipsink : { ...whipsink, missing: 'Debian has none, and there is no cargo to build one' },
];
