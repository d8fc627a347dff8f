/** The flags of `sluice ingest`, by the headings of its help. */
import { ingestDefaults as usual } from '../../live/ingest/options.ts';
import { figuresFlags } from '../figures-flags.ts';
import { counted, optional, repeated, timed, toggle, valued } from '../flags.ts';
import { encoderFlags, latencyFlags, spoolFlags } from '../live/publish-flags.ts';
import { newTopicFlags } from '../topic-flags.ts';
import { choice, path, port, text, topicName } from '../values.ts';

const listening = {
  host: optional('host', 'HOST', text, 'what to listen on, for all protocols', 'everything'),
  rtmpPort: optional(
    'rtmp-port',
    'PORT',
    port(),
    'the port of RTMP; 0: one that is free',
    `${usual.rtmpPort}, where no other port is given`,
  ),
  rtmpsPort: optional('rtmps-port', 'PORT', port(), 'the port of RTMPS, with --tls-cert and --tls-key'),
  srtPort: optional('srt-port', 'PORT', port(), 'the port of SRT (UDP); 0: one that is free'),
  srtPassphraseFile: optional(
    'srt-passphrase-file',
    'FILE',
    path,
    'senders of SRT must encrypt with the passphrase in the first line of this file',
    'they may not encrypt',
  ),
  srtLatency: timed(
    'srt-latency',
    usual.srtLatency,
    'how long a packet of SRT that was lost on its way is waited for; a sender may ask for more',
  ),
  whipPort: optional(
    'whip-port',
    'PORT',
    port(),
    'the port of WHIP and of the page /publish for browsers, by HTTP, or HTTPS with --tls-cert; media come by UDP on the same one; 0: one that is free',
  ),
  whipAddress: repeated(
    'whip-address',
    'IP',
    'an address at which --whip-port is reached from outside, where it is none of this machine (NAT, a cloud); may be repeated',
  ),
  whipIceServers: optional(
    'whip-ice-servers',
    'FILE',
    path,
    'STUN and TURN servers for those who send by WHIP: JSON, as browsers take it (RTCIceServer)',
  ),
  tlsCert: optional('tls-cert', 'FILE', path, 'a certificate (PEM), with --tls-key'),
  tlsKey: optional('tls-key', 'FILE', path, "the certificate's key (PEM)"),
  ...figuresFlags,
  metricsPort: {
    ...figuresFlags.metricsPort,
    help: 'the port of /metrics, /api/ingest, /livez, /readyz and /healthz; 0: one that is free',
  },
  maxConnections: counted('max-connections', usual.maxConnections, [1, 1_000_000], 'connections at a time'),
  maxPerAddress: counted('max-per-address', usual.maxPerAddress, [1, 1_000_000], 'of these from one address'),
} as const;

const senders = {
  topic: valued('topic', 'TOPIC', topicName, usual.topic, usual.topic, 'the topic of the media'),
  authorize: optional(
    'authorize',
    'URL',
    text,
    'ask this server by POST who may send, in the place of the keys on the topic',
  ),
  authorizeAs: valued(
    'authorize-as',
    'json|form',
    choice(['json', 'form']),
    usual.authorizeAs as 'json' | 'form',
    usual.authorizeAs,
    'how the fields of that are sent',
  ),
  jwtSecretFile: optional(
    'jwt-secret-file',
    'FILE',
    path,
    'whoever has a token (JWT) signed with the secret in the first line of this file may send, in the place of the keys on the topic',
  ),
  jwtKeys: optional(
    'jwt-keys',
    'FILE|URL',
    text,
    'the same with tokens signed by a public key: PEM, or a JWKS, in a file or at a URL',
  ),
  jwtAudience: optional(
    'jwt-audience',
    'TEXT',
    text,
    'the claim aud that such a token must have',
    'any, or none',
  ),
  jwtIssuer: optional(
    'jwt-issuer',
    'TEXT',
    text,
    'the claim iss that such a token must have',
    'any, or none',
  ),
  reconnect: timed(
    'reconnect',
    usual.reconnect,
    'how long a sender that was lost is waited for, before its programme ends',
  ),
  second: valued(
    'second',
    'refuse|take-over|stand-by',
    choice(['refuse', 'take-over', 'stand-by']),
    usual.second as 'refuse' | 'take-over' | 'stand-by',
    usual.second,
    'what becomes of a second sender of a stream; stand-by: it goes on when the first ends, or gives too little',
  ),
  standByAfter: timed(
    'stand-by-after',
    usual.standByAfter,
    'a stand-by takes over when what the first sends is overdue by so much',
  ),
  maxStreams: counted(
    'max-streams',
    usual.maxStreams,
    [1, 100_000],
    'streams at a time, each with an FFmpeg of its own',
  ),
  stallAfter: timed(
    'stall-after',
    usual.stallAfter,
    'a sender is lost when nothing has come from it, or from its FFmpeg, for so long',
  ),
  keepLive: toggle(
    'keep-live',
    'leave programmes open when this server is ended, for their senders go on at another one',
  ),
  ffmpeg: valued('ffmpeg', 'PROGRAM', text, 'ffmpeg', 'ffmpeg, from the PATH', 'the program that encodes'),
} as const;

const { rate, ...encoding } = encoderFlags;

const newTopic = newTopicFlags(usual, 'how long it keeps media, or forever: how far viewers can rewind');

export const ingestGroups = {
  'Where to listen': listening,
  Senders: senders,
  Encoding: { ...encoding, rate: { ...rate, shownDefault: '30' } },
  'Low latency': latencyFlags,
  Kafka: spoolFlags,
  'Topics that do not exist yet are created with': newTopic,
} as const;
