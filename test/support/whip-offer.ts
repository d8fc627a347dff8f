/** The least offer of a picture by WHIP that is answered. RFC 9725, 4.2; RFC 8866. */
export const videoOffer = [
  'v=0',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:0',
  'a=ice-ufrag:abcd',
  'a=fingerprint:sha-256 AA',
  'a=sendonly',
  'a=rtpmap:96 VP8/90000',
  '',
].join('\r\n');
