// @ts-check
/** The page: which stream is shown, and everything about it put together. */
import { ServerClock } from './clock.js';
import { Controls } from './controls.js';
import { Details } from './details.js';
import { element, setText } from './dom.js';
import { listenToKeys } from './keys.js';
import { Player } from './player.js';
import { RewindBar } from './rewind-bar.js';
import { serversOf } from './servers.js';
import { modeOf, Settings } from './settings.js';
import { Streams } from './streams.js';
import { counted, roughly } from './words.js';

const address = new URL(location.href);
const servers = serversOf(address, new URL('./', document.baseURI).href);
const clock = new ServerClock(async () => {
  const answer = await servers.json('api/time', 2000);
  return typeof answer === 'number' ? answer : /** @type {{ now: number }} */ (answer).now;
});

const video = element('video', HTMLVideoElement);
const player = new Player(video, servers, clock, () => show());
const bar = new RewindBar(player, clock);
const controls = new Controls(player, bar, video);
const settings = new Settings(player);
const details = new Details(player, video, clock, servers);
listenToKeys({ controls, bar, details, settings, video });
player.mode = modeOf(address.searchParams.get('latency')) ?? player.mode;

const streams = new Streams(servers, onStreams, (trouble) =>
  setText(element('connection', HTMLElement), trouble ?? ''),
);
/** When the programme that is shown began: another one under the same name is another programme. */
let began = /** @type {number | undefined} */ (undefined);
/** The viewer went to the overview: nothing begins by itself any more. */
let overview = false;

/** @param {string | null} name */
function choose(name) {
  element('watch', HTMLElement).hidden = name === null;
  began = streams.find(name ?? undefined)?.began;
  if (name === null) player.stop();
  else player.watch(name);
  document.title = name === null ? 'Sluice live' : `${name} · Sluice live`;
  setText(element('title', HTMLElement), name ?? '');
  show();
}

function onStreams() {
  const { stream } = player;
  const info = streams.find(stream);
  const live = streams.all.filter(({ state }) => state === 'live');
  if (stream === undefined) {
    // The only one there is begins by itself; of several, the viewer chooses.
    if (live.length === 1 && !overview && live[0]) choose(live[0].name);
  } else if (info !== undefined) {
    const anew = began !== undefined && info.began > began && info.state === 'live';
    began = info.began;
    bar.from = info.rewindFrom ?? info.began;
    if (anew) player.watch(stream);
  }
  show();
}

function show() {
  controls.show();
  settings.show();
  const info = streams.find(player.stream);
  if (info !== undefined) {
    const viewers = info.viewers === undefined ? [] : [counted(info.viewers, 'viewer')];
    const since = info.state === 'live' ? `Live for ${roughly(Date.now() - info.began)}` : 'Recorded';
    setText(element('facts', HTMLElement), [since, ...(info.state === 'live' ? viewers : [])].join(' · '));
  } else if (streams.known && player.stream !== undefined) {
    setText(
      element('facts', HTMLElement),
      'Nobody has published this stream yet. It begins here as soon as somebody does.',
    );
  }
  streams.show(player.stream);
}

/** Links within the page change what it shows; they are links all the same, to be opened elsewhere. */
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const name = link.dataset.stream;
  if (name === undefined && link.dataset.home === undefined) return;
  event.preventDefault();
  const url = new URL(location.href);
  if (name === undefined) url.searchParams.delete('stream');
  else url.searchParams.set('stream', name);
  history.pushState(null, '', url);
  overview = name === undefined;
  choose(name ?? null);
  scrollTo({ top: 0 });
});
addEventListener('popstate', () => choose(new URL(location.href).searchParams.get('stream')));

// Before anything is asked: the first picture waits for nobody.
if (address.searchParams.has('stream')) choose(address.searchParams.get('stream'));
clock.keep();
void streams.follow();

// For the console, and for tests: the parts, as they are.
Object.assign(globalThis, { sluice: { player, clock, servers, streams } });
