// @ts-check
/** Cameras, microphones and screens: asked for, listed, given back. */

/** What a picture should be where the device can; it may be upright. */
const camera = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const screen = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 30, max: 30 } };

export const canShareScreen =
  navigator.mediaDevices !== undefined && 'getDisplayMedia' in navigator.mediaDevices;
export const hasDevices = navigator.mediaDevices !== undefined;

/** Of the sound that comes with a screen. */
export const ofScreen = 'screen';
export const none = 'none';

export class Sources {
  /** @type {'camera' | 'screen' | undefined} */
  kind;
  /** @type {MediaStreamTrack | undefined} */
  picture;
  /** @type {MediaStreamTrack | undefined} */
  sound;
  /** @type {MediaStreamTrack | undefined} */
  #screenSound;
  #onChange;

  /** @param {(track: MediaStreamTrack | undefined) => void} onChange a track took the place of another, or ended by itself */
  constructor(onChange) {
    this.#onChange = onChange;
    navigator.mediaDevices?.addEventListener('devicechange', () => onChange(undefined));
  }

  /** The camera, and the microphone where there is one. @param {string} [id] of the camera */
  async openCamera(id) {
    const video = { ...camera, ...(id ? { deviceId: { exact: id } } : { facingMode: 'user' }) };
    const wantsSound = this.sound === undefined;
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio: wantsSound }).catch((error) => {
      // No microphone, or none that we may have: the picture goes alone.
      if (!wantsSound) throw error;
      return navigator.mediaDevices.getUserMedia({ video });
    });
    this.#takePicture(stream, 'camera', 'motion');
    const [sound] = stream.getAudioTracks();
    if (sound) this.#takeSound(sound);
  }

  async openScreen() {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: screen, audio: true });
    this.#screenSound?.stop();
    this.#screenSound = stream.getAudioTracks()[0];
    this.#takePicture(stream, 'screen', 'detail');
    if (this.sound === undefined || this.sound.readyState === 'ended')
      await this.openMicrophone().catch(() => this.#screenSound && this.#takeSound(this.#screenSound));
  }

  /** @param {string} [id] of a microphone; `screen`; `none` */
  async openMicrophone(id) {
    if (id === none) return this.#takeSound(undefined);
    if (id === ofScreen) return this.#takeSound(this.#screenSound);
    const audio = id ? { deviceId: { exact: id } } : true;
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    this.#takeSound(stream.getAudioTracks()[0]);
  }

  /** What can be chosen: names are known once one of them was allowed. */
  async list() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    /** @param {MediaDeviceKind} kind @param {string} name */
    const of = (kind, name) =>
      devices
        .filter((device) => device.kind === kind && device.deviceId !== '')
        .map(({ deviceId, label }, index) => ({ id: deviceId, label: label || `${name} ${index + 1}` }));
    const microphones = of('audioinput', 'Microphone');
    return {
      cameras: of('videoinput', 'Camera'),
      microphones: [
        ...microphones,
        ...(this.#screenSound === undefined ? [] : [{ id: ofScreen, label: 'Sound of the screen' }]),
        { id: none, label: 'No sound' },
      ],
    };
  }

  get soundId() {
    if (this.sound === undefined) return none;
    return this.sound === this.#screenSound ? ofScreen : this.sound.getSettings().deviceId;
  }

  /** It is the sender himself who is seen. */
  get isMirrored() {
    return this.kind === 'camera' && this.picture?.getSettings().facingMode !== 'environment';
  }

  /** @param {MediaStream} stream @param {'camera' | 'screen'} kind @param {string} hint */
  #takePicture(stream, kind, hint) {
    const [track] = stream.getVideoTracks();
    if (track === undefined) return;
    track.contentHint = hint;
    const before = this.picture;
    this.picture = track;
    this.kind = kind;
    track.addEventListener('ended', () => {
      if (this.picture !== track) return;
      this.picture = undefined;
      this.kind = undefined;
      this.#onChange(undefined);
    });
    this.#onChange(track);
    before?.stop();
  }

  /** @param {MediaStreamTrack | undefined} track */
  #takeSound(track) {
    const before = this.sound;
    this.sound = track;
    this.#onChange(track);
    if (before !== track && before !== this.#screenSound) before?.stop();
  }
}
