// @ts-check
/**
 * How viewers fare, told to the server now and then: seconds watched, and of these seconds that the picture stood still. Nothing of who watches, and
 * nothing where the browser says that its user does not want to be counted.
 */

/** Milliseconds between two looks, and between two reports; the first comes sooner. */
const lookEvery = 250;
const reportEvery = 30_000;
const firstAfter = 10_000;
/** More between two looks: the machine slept, or the page did. */
const asleep = 5000;

/** @typedef {{ readonly stream: string, readonly watched: number, readonly stalled: number, readonly stalls: number }} Report seconds, and times */

/** Adds up what is seen of a player. Pure. */
export class Viewing {
  #stream = /** @type {string | undefined} */ (undefined);
  #at = 0;
  #watched = 0;
  #stalled = 0;
  #stalls = 0;
  #before = false;

  /**
   * @param {number} now milliseconds
   * @param {{ readonly stream: string | undefined, readonly shown: boolean, readonly stands: boolean }} seen `shown`: a picture is to move; `stands`: it does not
   * @returns {Report | undefined} of a stream that is watched no more
   */
  look(now, { stream, shown, stands }) {
    const over = stream === this.#stream ? undefined : this.take();
    const passed = now - this.#at;
    this.#at = now;
    const isOn = stream !== undefined && stream === this.#stream && shown;
    this.#stream = stream;
    if (isOn && passed < asleep) {
      this.#watched += passed;
      if (stands) this.#stalled += passed;
      if (stands && !this.#before) this.#stalls += 1;
    }
    this.#before = isOn && stands;
    return over;
  }

  /** What came together since it was asked last; undefined: nothing. @returns {Report | undefined} */
  take() {
    const [stream, watched] = [this.#stream, this.#watched];
    const report = { stream: stream ?? '', ...seconds(watched, this.#stalled), stalls: this.#stalls };
    this.#watched = 0;
    this.#stalled = 0;
    this.#stalls = 0;
    return stream === undefined || watched === 0 ? undefined : report;
  }
}

/** @param {number} watched @param {number} stalled milliseconds */
function seconds(watched, stalled) {
  return { watched: Math.round(watched) / 1000, stalled: Math.round(stalled) / 1000 };
}

/** Whether the user of this browser lets himself be counted. @param {object} browser its `navigator` */
export function maySpeak(browser) {
  const { doNotTrack, globalPrivacyControl } =
    /** @type {{ doNotTrack?: string, globalPrivacyControl?: boolean }} */ (browser);
  return doNotTrack !== '1' && globalPrivacyControl !== true;
}

/** States in which no picture is to move. */
const still = new Set(['none', 'refused', 'unplayable', 'ended', 'blocked', 'paused']);

/**
 * What a player looks like. A picture that was asked for elsewhere is waited for too, and does not stand still: it has not run dry. Pure but for what it remembers.
 * @param {Watched} player
 */
export function lookAt(player) {
  const dryTimes = () => player.counts.stalls + player.counts.renewals;
  let whileMoving = dryTimes();
  return () => {
    if (!player.waiting || dryTimes() < whileMoving) whileMoving = dryTimes();
    const shown = player.counts.firstPicture !== undefined && !still.has(player.state.name);
    return { stream: player.stream, shown, stands: dryTimes() > whileMoving };
  };
}

/**
 * What is looked at of a player.
 * @typedef {{ readonly stream: string | undefined, readonly waiting: boolean, readonly state: { readonly name: string }, readonly counts: { readonly stalls: number, readonly renewals: number, readonly firstPicture: number | undefined } }} Watched
 */

/**
 * Reports for as long as the page is there.
 * @param {Watched} player
 * @param {{ address(path: string): string }} servers
 */
export function reportViewing(player, servers) {
  const viewing = new Viewing();
  const seen = lookAt(player);
  /** @param {Report | undefined} report */
  const send = (report) => {
    if (report !== undefined) navigator.sendBeacon(servers.address('api/reports'), JSON.stringify(report));
  };
  const look = () => send(viewing.look(performance.now(), seen()));
  const report = () => {
    look();
    send(viewing.take());
  };
  setInterval(look, lookEvery);
  setTimeout(report, firstAfter);
  setInterval(report, reportEvery);
  // The last that a page is sure to be told.
  addEventListener('pagehide', report);
}
