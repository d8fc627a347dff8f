// @ts-check
/** The player first, and its picture; then the page around it, which may come a little later. */
import { ServerClock } from './clock.js';
import { element, recall } from './dom.js';
import { modeOf } from './modes.js';
import { Player } from './player.js';
import { maySpeak, reportViewing } from './report.js';
import { address, firstAnswer, onlyLive, prefetch, servers } from './start.js';

const clock = new ServerClock(async () => {
  const answer = /** @type {{ now: number }} */ (await servers.json('api/time', 2000));
  return answer.now;
});
let onChange = () => {};
const video = element('video', HTMLVideoElement);
video.muted = recall('sound') !== 'on';
const player = new Player({ video, servers, clock, prefetch, onChange: () => onChange() });
player.mode = modeOf(address.searchParams.get('latency') ?? recall('latency')) ?? player.mode;

// For the console, and for tests: the parts, as they are.
Object.assign(globalThis, { sluice: { player, clock, servers } });

/** @param {string} stream */
function begin(stream) {
  element('watch', HTMLElement).hidden = false;
  player.watch(stream);
}

const named = address.searchParams.get('stream');
if (named !== null) begin(named);
clock.keep();
const loading = import('./page.js');
const answer = await firstAnswer;
const only = named === null ? onlyLive(answer?.streams ?? []) : undefined;
if (only !== undefined) begin(only.name);
const { Page } = await loading;
const page = new Page({ player, clock, servers, video });
onChange = () => page.show();
page.begin(answer);
if (answer?.reports === true && maySpeak(navigator)) reportViewing(player, servers);
