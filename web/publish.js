// @ts-check
/** The page of those who send: what is chosen, what is pressed, and what is shown of it. */
import { element, make, relabel, setText } from './dom.js';
import { Link } from './link.js';
import { Meter } from './meter.js';
import { deviceProblem, fromAddress, insecure, word } from './publish-words.js';
import { countsOf, describeCounts } from './sent.js';
import { canShareScreen, hasDevices, Sources } from './sources.js';
import { lengthOf } from './words.js';

/** @import { LinkState } from './link.js' */
/** @import { Counts } from './sent.js' */

const stage = element('stage', HTMLElement);
const preview = element('preview', HTMLVideoElement);
const stream = element('stream', HTMLInputElement);
const key = element('key', HTMLInputElement);
const cameras = element('cameras', HTMLSelectElement);
const microphones = element('microphones', HTMLSelectElement);
const go = element('go', HTMLButtonElement);
const mute = element('mute', HTMLButtonElement);
const meter = new Meter(element('level', HTMLMeterElement));
/** Bits a second of a picture. */
const bitrates = { camera: 2_500_000, screen: 4_000_000 };

/** @type {Link | undefined} */
let link;
/** @type {LinkState | undefined} */
let state;
/** Of a device that could not be had. */
let trouble = hasDevices ? '' : insecure;
/** @type {Counts | undefined} */
let counts;
let liveSince = 0;
let isMuted = false;

const sources = new Sources((track) => {
  if (track !== undefined) void link?.use(track);
  if (sources.sound !== undefined) sources.sound.enabled = !isMuted;
  preview.srcObject = sources.picture === undefined ? null : new MediaStream([sources.picture]);
  if (track?.kind === 'audio' || sources.sound === undefined) meter.follow(sources.sound);
  void showDevices();
  show();
});

const address = fromAddress(location.search, location.hash);
stream.value = address.stream ?? '';
key.value = address.key ?? kept() ?? '';
// A key does not stay where others read it, or where it is copied along.
if (address.key !== undefined) history.replaceState(null, '', location.pathname + location.search);

element('camera', HTMLButtonElement).onclick = () => open('camera', () => sources.openCamera());
element('screen', HTMLButtonElement).onclick = () => open('screen', () => sources.openScreen());
cameras.onchange = () => open('camera', () => sources.openCamera(cameras.value));
microphones.onchange = () => open('microphone', () => sources.openMicrophone(microphones.value));
mute.onclick = () => {
  isMuted = !isMuted;
  if (sources.sound !== undefined) sources.sound.enabled = !isMuted;
  show();
};
element('desk', HTMLFormElement).onsubmit = (event) => {
  event.preventDefault();
  if (isWanted()) stop();
  else begin();
};
for (const field of [stream, key]) field.oninput = () => show();
preview.onresize = () => show();
addEventListener('pagehide', () => link?.end());
addEventListener('beforeunload', (event) => {
  if (isWanted()) event.preventDefault();
});
document.addEventListener('visibilitychange', () => void keepAwake());
setInterval(() => void look(), 1000);
show();

// For the console, and for tests.
Object.assign(globalThis, { sluice: { sources, state: () => state, link: () => link } });

/** @param {'camera' | 'screen' | 'microphone'} wanted @param {() => Promise<void>} how */
async function open(wanted, how) {
  if (!hasDevices) return;
  trouble = '';
  try {
    await how();
  } catch (error) {
    trouble = deviceProblem(/** @type {Error} */ (error).name, wanted);
  }
  show();
}

function isWanted() {
  return state !== undefined && state.state !== 'idle' && state.state !== 'refused';
}

function begin() {
  keep(key.value);
  link?.end();
  liveSince = 0;
  link = new Link(
    {
      url: new URL(`whip/${encodeURIComponent(stream.value)}`, document.baseURI).href,
      key: key.value.trim(),
      tracks: () => [sources.picture, sources.sound],
      bitrate: bitrates[sources.kind ?? 'camera'],
    },
    (next) => {
      state = next;
      counts = undefined;
      if (next.state === 'live' && liveSince === 0) liveSince = Date.now();
      void keepAwake();
      show();
    },
  );
}

function stop() {
  link?.end();
  link = undefined;
}

/** Each second: what goes out, and whether the server still hears us. */
async function look() {
  const whip = link?.whip;
  if (whip === undefined) return show();
  const stats = await whip.stats();
  if (link?.whip !== whip) return;
  const now = countsOf(stats.values(), performance.now());
  link.heard(now.received);
  setText(element('facts', HTMLElement), describeCounts(now, counts));
  counts = now;
  show();
}

function show() {
  const hasSource = sources.picture !== undefined || sources.sound !== undefined;
  const wanted = isWanted();
  const live = state?.state === 'live';
  stage.classList.toggle('on', sources.picture !== undefined);
  stage.classList.toggle('mirror', sources.isMirrored);
  stage.classList.toggle('upright', preview.videoHeight > preview.videoWidth);
  element('screen', HTMLElement).hidden = !canShareScreen || sources.kind === 'screen';
  element('camera', HTMLElement).hidden = sources.kind === 'camera';
  element('sources', HTMLElement).hidden = !hasSource;
  element('picture-source', HTMLElement).hidden = sources.kind !== 'camera';
  const badge = element('on-air', HTMLElement);
  badge.hidden = !wanted || liveSince === 0;
  badge.classList.toggle('away', !live);
  setText(element('duration', HTMLElement), lengthOf((Date.now() - liveSince) / 1000));
  stream.readOnly = wanted;
  key.readOnly = wanted;
  go.disabled = !wanted && !hasSource;
  go.classList.toggle('stop', wanted);
  setText(go, wanted ? (live ? 'Stop' : 'Cancel') : 'Go live');
  mute.setAttribute('aria-pressed', String(isMuted));
  relabel(mute, isMuted ? 'Unmute' : 'Mute', isMuted ? 'mic-off' : 'mic');
  mute.disabled = sources.sound === undefined;
  if (!live) setText(element('facts', HTMLElement), '');
  const said = trouble === '' ? word(state, hasSource) : { text: trouble, bad: true };
  setText(element('word', HTMLElement), said.text);
  element('word', HTMLElement).classList.toggle('bad', said.bad);
  document.title = live ? `● ${stream.value} – Sluice` : 'Go live – Sluice';
}

async function showDevices() {
  const found = await sources.list();
  fill(cameras, found.cameras, sources.picture?.getSettings().deviceId);
  fill(microphones, found.microphones, sources.soundId);
}

/** @param {HTMLSelectElement} select @param {readonly { id: string, label: string }[]} options @param {string | undefined} chosen */
function fill(select, options, chosen) {
  select.replaceChildren(...options.map(({ id, label }) => make('option', { value: id }, [label])));
  if (chosen !== undefined) select.value = chosen;
}

/** A phone that goes to sleep sends nothing. @type {{ released: boolean, release(): Promise<void> } | undefined} */
let awake;
let waking = Promise.resolve();

function keepAwake() {
  // One after the other: of two that ask at once, one would never be released.
  waking = waking.then(adjustAwake);
  return waking;
}

async function adjustAwake() {
  if (!isWanted()) {
    await awake?.release().catch(() => {});
    awake = undefined;
  } else if (document.visibilityState === 'visible' && (awake === undefined || awake.released)) {
    awake = await navigator.wakeLock?.request('screen').catch(() => undefined);
  }
}

/** Until the tab is closed: a key is not left on a device. */
function kept() {
  try {
    return sessionStorage.getItem('sluice.key') ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} value */
function keep(value) {
  try {
    sessionStorage.setItem('sluice.key', value);
  } catch {
    // Private windows.
  }
}
