/** A sender of WHIP that is no browser: FFmpeg's RTP, handed on by a library of WebRTC. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import datachannel from 'node-datachannel';
import type { Owner } from './owner.ts';
import { sentPicture, sentTone } from './senders.ts';

export interface WhipSender {
  /** The address of its session. */
  readonly session: string;
  readonly key: string;
  /** Packets handed on. */
  readonly packets: () => number;
  /** No more packets, as where FFmpeg has died; the connection stays. */
  silence(): void;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

const picture = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'];
const keyframes = ['-g', '15', '-keyint_min', '15', '-b:v', '100k', '-pix_fmt', 'yuv420p'];
const sound = ['-c:a', 'libopus', '-b:a', '32k', '-application', 'lowdelay'];

/** Sends a small picture and a tone to `endpoint`, until it is stopped. Rejects where it is not let in. */
export async function startWhipSender(owner: Owner, endpoint: string, key: string): Promise<WhipSender> {
  const peer = new datachannel.PeerConnection('sender', { iceServers: [] });
  owner.after(() => peer.close());
  const [video, audio] = [new datachannel.Video('0', 'SendOnly'), new datachannel.Audio('1', 'SendOnly')];
  video.addH264Codec(96, 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1');
  video.addSSRC(1, 'made', 'stream', 'picture');
  audio.addOpusCodec(111);
  audio.addSSRC(2, 'made', 'stream', 'sound');
  const tracks = [peer.addTrack(video), peer.addTrack(audio)];
  const gathered = new Promise<void>((resolve) =>
    peer.onGatheringStateChange((state) => void (state === 'complete' && resolve())),
  );
  const connected = new Promise<void>((resolve) =>
    peer.onStateChange((state) => void (state === 'connected' && resolve())),
  );
  peer.setLocalDescription();
  await gathered;
  const authorization = `Bearer ${key}`;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp', authorization },
    body: peer.localDescription()?.sdp ?? '',
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`WHIP: ${response.status} ${text}`);
  peer.setRemoteDescription(text, 'answer');
  await connected;
  let packets = 0;
  const ports = await Promise.all(
    tracks.map(async (track) => {
      const socket = createSocket('udp4');
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      owner.after(() => socket.close());
      socket.on('message', (packet) => {
        // FFmpeg's own reports come to the same port.
        if (((packet[1] ?? 0) & 0x7f) >= 64 && ((packet[1] ?? 0) & 0x7f) < 96) return;
        if (track.isOpen() && track.sendMessageBinary(packet)) packets += 1;
      });
      return socket.address().port;
    }),
  );
  const to = (port: number | undefined, type: number, ssrc: number) => [
    ...['-f', 'rtp', '-payload_type', String(type), '-ssrc', String(ssrc)],
    `rtp://127.0.0.1:${port}?pkt_size=1200`,
  ];
  const child = spawn(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-re', ...sentPicture, '-re', ...sentTone],
      ...['-map', '0:v', ...picture, ...keyframes, ...to(ports[0], 96, 1)],
      ...['-map', '1:a', ...sound, ...to(ports[1], 111, 2)],
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'close');
  const silence = (): void => void child.kill('SIGKILL');
  owner.after(async () => {
    silence();
    await ended;
  });
  const session = new URL(response.headers.get('location') ?? '', endpoint).href;
  return {
    session,
    key,
    packets: () => packets,
    silence,
    async stop() {
      await fetch(session, { method: 'DELETE', headers: { authorization } });
      silence();
    },
  };
}
