// @ts-check
/** One session of WHIP (RFC 9725): an offer, an answer, and the end. It does not try again; who uses it does. */

/** The server does not take us, and says why. */
export class Refused extends Error {
  name = 'Refused';

  /** @param {number} status @param {string} message @param {number} [after] seconds after which to ask again */
  constructor(status, message, after) {
    super(message);
    this.status = status;
    this.after = after;
  }
}

/** Milliseconds: for the server's answer; for addresses of ours to be found; for media to come through; for a goodbye to be heard. */
const limits = { answer: 8000, gather: 800, connect: 10_000, goodbye: 1000 };

/**
 * @typedef {object} WhipOptions
 * @property {string} url of the endpoint
 * @property {string} key
 * @property {readonly (MediaStreamTrack | undefined)[]} tracks the picture's and the sound's
 * @property {number} bitrate bits a second of the picture
 * @property {AbortSignal} signal gives up while it is begun
 */

export class Whip {
  /** @type {RTCPeerConnection} */
  #peer;
  #key;
  /** @type {string | undefined} */
  #session;
  /** @type {Map<string, RTCRtpSender>} */
  #senders = new Map();
  #ended = false;

  /** @param {WhipOptions} options */
  constructor({ key, tracks, bitrate }) {
    this.#key = key;
    this.#peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const stream = new MediaStream(tracks.filter((track) => track !== undefined));
    for (const track of tracks) {
      if (track === undefined) continue;
      const video = track.kind === 'video';
      const { sender } = this.#peer.addTransceiver(track, {
        direction: 'sendonly',
        streams: [stream],
        ...(video ? { sendEncodings: [{ maxBitrate: bitrate }] } : {}),
      });
      this.#senders.set(track.kind, sender);
    }
  }

  /** Resolves once media go through. @param {WhipOptions} options @returns {Promise<Whip>} */
  static async begin(options) {
    const whip = new Whip(options);
    try {
      await whip.#begin(options);
      return whip;
    } catch (error) {
      whip.end();
      throw error;
    }
  }

  get state() {
    return this.#peer.connectionState;
  }

  /** @param {string} event @param {() => void} listener */
  on(event, listener) {
    this.#peer.addEventListener(event, listener);
  }

  /** What the browser counts. */
  stats() {
    return this.#peer.getStats();
  }

  /** Another camera or microphone, without a new agreement. False: there was none of this kind. @param {MediaStreamTrack} track */
  async replace(track) {
    const sender = this.#senders.get(track.kind);
    await sender?.replaceTrack(track);
    return sender !== undefined;
  }

  /** It is lost: whoever begins anew goes on with the same programme. */
  drop() {
    this.#ended = true;
    this.#peer.close();
  }

  /** Says goodbye where it can; of a page that goes, too. */
  end() {
    if (this.#ended) return;
    this.#ended = true;
    const close = () => this.#peer.close();
    if (this.#session === undefined) return close();
    const headers = { authorization: `Bearer ${this.#key}` };
    // First the word, then the silence: a server that is told by silence alone waits for us to come back.
    fetch(this.#session, { method: 'DELETE', headers, keepalive: true }).then(close, close);
    setTimeout(close, limits.goodbye);
  }

  /** @param {WhipOptions} options */
  async #begin({ url, key, signal }) {
    const peer = this.#peer;
    const gathered = new Promise((resolve) => {
      peer.addEventListener(
        'icegatheringstatechange',
        () => peer.iceGatheringState === 'complete' && resolve(0),
      );
      setTimeout(resolve, limits.gather);
    });
    await peer.setLocalDescription();
    await keepResolution(this.#senders.get('video'));
    await gathered;
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/sdp' },
      body: peer.localDescription?.sdp ?? '',
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.answer)]),
    });
    const text = await response.text();
    if (response.status !== 201) {
      const after = Number(response.headers.get('retry-after'));
      throw new Refused(response.status, text.trim() || response.statusText, after > 0 ? after : undefined);
    }
    const location = response.headers.get('location');
    if (location !== null) this.#session = new URL(location, response.url).href;
    await peer.setRemoteDescription({ type: 'answer', sdp: text });
    await connected(peer, signal);
  }
}

/**
 * A slow line costs pictures a second rather than their size: the stream keeps the size that it has begun with.
 * @param {RTCRtpSender | undefined} sender
 */
async function keepResolution(sender) {
  if (sender === undefined) return;
  const parameters = /** @type {RTCRtpSendParameters & { degradationPreference?: string }} */ (
    sender.getParameters()
  );
  parameters.degradationPreference = 'maintain-resolution';
  // Some browsers do not know it, and do as they like.
  await sender.setParameters(parameters).catch(() => {});
}

/** @param {RTCPeerConnection} peer @param {AbortSignal} signal */
function connected(peer, signal) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('unreached')), limits.connect);
    const look = () => {
      if (peer.connectionState === 'connected') resolve(0);
      else if (peer.connectionState === 'failed') reject(new Error('unreached'));
      else return;
      clearTimeout(late);
    };
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    peer.addEventListener('connectionstatechange', look);
    look();
  });
}
