/** What scanners and fuzzers say to a port of TCP, as words of their own: half handshakes, other protocols, noise. Pure but for the random numbers given. */

import type { Random } from '../support/random.ts';
import { ChunkSender, clientHandshake } from '../support/rtmp.ts';

/** What one stranger does with one connection. */
export interface Probe {
  readonly name: string;
  /** Written one after the other. */
  readonly pieces: readonly Buffer[];
  /** Through TLS, where that can be had. */
  readonly tls?: boolean;
  /** How it leaves: at once, by a reset, behind an answer, or when it is cut off; slow ones have pauses between their pieces. */
  readonly manner: 'at once' | 'reset' | 'answered' | 'slow';
}

export type Port = 'rtmp' | 'rtmps' | 'whip' | 'figures' | 'serve';

const text = (words: string): Buffer => Buffer.from(words, 'latin1');

/** As nmap's list of probes has them: what each of many protocols says first. */
const firstWords: readonly Buffer[] = [
  text('\r\n\r\n'),
  text('GET / HTTP/1.0\r\n\r\n'),
  text('OPTIONS / RTSP/1.0\r\n\r\n'),
  text('HELP\r\n'),
  text('EHLO scanner.example\r\n'),
  text('SSH-2.0-scanner\r\n'),
  text('OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm;branch=foo\r\n\r\n'),
  text('\x80\x00\x00\x28\x72\xfe\x1d\x13\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa0\x00\x01\x97\x7c'),
  text('\x00\x1e\x00\x06\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03'),
  text('\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00'),
  text('\x00\x00\x00\xa4\xffSMBr\x00\x00\x00\x00\x08\x01\x40'),
  text('\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x02\x04\x00\x80\x00'),
  // Greetings of TLS, of its first version and of the one before it, that end in the middle.
  text('\x16\x03\x01\x00\x75\x01\x00\x00\x71\x03\x03'),
  text('\x16\x03\x00\x00\x53\x01\x00\x00\x4f\x03\x00?G\xd7\xf7\xba,\xee\xea\xb2'),
  text('\x05\x04\x00\x01\x02\x80\x05\x01\x00\x03\x0agoogle.com\x00\x50'),
  text('\x00\x00\x00\x01\x00\x00\x00\x13\x00\x00\x00\x00'),
];

function noise(random: Random, most: number): Buffer {
  const bytes = Buffer.alloc(random.between(1, most));
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = random.below(256);
  return bytes;
}

function rtmp(random: Random): Omit<Probe, 'tls'> {
  const kind = random.weighted({ part: 3, whole: 2, behind: 3, wrong: 4, app: 2, play: 1, lies: 2 });
  const manner = 'answered';
  const sender = new ChunkSender();
  const name = `rtmp: ${kind}`;
  switch (kind) {
    case 'part':
      return { name, pieces: [clientHandshake.subarray(0, random.between(1, 1536))], manner: 'at once' };
    case 'whole':
      return { name, pieces: [clientHandshake], manner };
    case 'behind':
      return { name, pieces: [clientHandshake, noise(random, 400)], manner };
    case 'wrong':
      return { name, pieces: [clientHandshake, sender.publish(`s${random.below(9)}?key=wrong`)], manner };
    case 'app':
      return { name, pieces: [clientHandshake, sender.publish('cam?key=wrong', 'admin')], manner };
    case 'play': {
      const asks = [sender.command('connect', 1, { app: 'live' }), sender.command('play', 5, null, 'cam')];
      return { name, pieces: [clientHandshake, Buffer.concat(asks)], manner };
    }
    case 'lies':
      return { name, pieces: [clientHandshake, noise(random, 11), Buffer.alloc(70_000, 0xc3)], manner };
  }
}

const offer =
  'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=fingerprint:sha-256 AA\r\na=rtpmap:96 VP8/90000\r\n';

function request(head: string, body = ''): Buffer {
  return text(`${head}\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

function http(random: Random): Omit<Probe, 'tls'> {
  const kind = random.weighted({
    wrong: 4,
    paths: 4,
    head: 2,
    open: 2,
    odd: 3,
    many: 1,
    socket: 1,
    noise: 1,
  });
  const name = `http: ${kind}`;
  const manner = 'answered';
  const deep = `/${'a/'.repeat(random.below(400))}..%2f..%2fetc%2fpasswd%00`;
  switch (kind) {
    case 'wrong': {
      const head = `POST /whip/s${random.below(9)} HTTP/1.1\r\nAuthorization: Bearer wrong\r\nContent-Type: application/sdp`;
      return { name, pieces: [request(head, offer)], manner };
    }
    case 'paths': {
      const path = random.pick([
        deep,
        '/',
        '/.env',
        '/whip/cam/made-up',
        '/live/cam/media.m3u8?_HLS_msn=1e9',
        '/%ff',
      ]);
      const method = random.pick(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']);
      return { name, pieces: [request(`${method} ${path} HTTP/1.1`)], manner };
    }
    case 'head':
      return {
        name,
        pieces: [text(`GET / HTTP/1.1\r\nX: ${'y'.repeat(random.between(10, 40_000))}`)],
        manner: 'at once',
      };
    case 'open':
      // A body that is announced, and does not come.
      return {
        name,
        pieces: [text('POST /whip/cam HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nv=0')],
        manner: 'at once',
      };
    case 'odd': {
      const head = random.pick([
        'CONNECT example.com:443 HTTP/1.1',
        'POST /whip/cam HTTP/1.1\r\nExpect: 100-continue',
        'POST /whip/cam HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity',
        'GET / HTTP/1.1\r\nRange: bytes=-1,0-,5-4',
        'PRI * HTTP/2.0',
        'GET http://169.254.169.254/latest HTTP/1.1',
      ]);
      return { name, pieces: [request(head)], manner };
    }
    case 'many':
      return {
        name,
        pieces: [Buffer.concat(Array.from({ length: 30 }, () => request('GET /x HTTP/1.1')))],
        manner,
      };
    case 'socket': {
      const head =
        'GET /live/cam/socket HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13';
      return {
        name,
        pieces: [request(`${head}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==`), noise(random, 200)],
        manner,
      };
    }
    case 'noise':
      return { name, pieces: [Buffer.concat([text('GET / HTTP/1.1\r\n'), noise(random, 3000)])], manner };
  }
}

/** What the next stranger does at a port. */
export function probeFor(port: Port, random: Random): Probe {
  const kind = random.weighted({
    nothing: 8,
    reset: 8,
    noise: 14,
    first: 20,
    own: 36,
    other: 10,
    tls: 4,
    slow: 2,
  });
  const isTls = port === 'rtmps' && random.chance(0.15);
  const [own, other] = port === 'rtmp' || port === 'rtmps' ? [rtmp, http] : [http, rtmp];
  switch (kind) {
    case 'nothing':
      return { name: 'nothing', pieces: [], manner: 'at once' };
    case 'reset':
      return { name: 'reset', pieces: [noise(random, 50)], manner: 'reset' };
    case 'noise':
      return { name: 'noise', pieces: [noise(random, 2000)], manner: 'answered' };
    case 'first':
      return { name: 'first words', pieces: [random.pick(firstWords)], manner: 'answered' };
    case 'own':
      return { ...own(random), tls: isTls };
    case 'other':
      return { ...other(random), tls: isTls };
    case 'tls':
      return { name: 'tls', pieces: [noise(random, 200)], tls: true, manner: 'answered' };
    case 'slow': {
      const { pieces } = own(random);
      const whole = Buffer.concat(pieces.length === 0 ? [noise(random, 9)] : pieces);
      const bytes = Array.from({ length: Math.min(40, whole.length) }, (_, at) => whole.subarray(at, at + 1));
      return { name: 'slow', pieces: bytes, manner: 'slow' };
    }
  }
}
