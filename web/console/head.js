// @ts-check
/** What stands above every view: who one is and where, marks where something is wrong, a notice. */
import { element, setAttribute, setText } from './dom.js';
import { visible } from './strangers.js';

/** @import { Session } from '../../src/console/contract.ts' */
/** @import { Wrong } from './wrongs.js' */

const where = element('where', HTMLElement);
const signOut = element('sign-out', HTMLElement);
const send = element('send', HTMLElement);
const notice = element('trouble', HTMLElement);
const keys = element('nav-keys', HTMLElement);
const nav = element('nav', HTMLElement);

/** @param {Session} session @param {{ readonly send: boolean, readonly keys: boolean }} may what is offered */
export function tellWho({ cluster, topic, user, isSignedIn }, may) {
  const parts = [cluster, topic, user].filter((part) => part !== undefined && part !== '');
  setText(where, parts.map((part) => visible(part ?? '')).join(' · '));
  signOut.hidden = isSignedIn !== true;
  send.hidden = !may.send;
  keys.hidden = !may.keys;
}

/** @param {string | undefined} text */
export function tell(text) {
  notice.hidden = text === undefined;
  setText(notice, text ?? '');
}

/** By a mark beside the view's name. @param {readonly Wrong[]} wrongs */
export function tellMarks(wrongs) {
  for (const link of nav.querySelectorAll('a')) {
    const { view } = link.dataset;
    const here = view === 'overview' ? [] : wrongs.filter(({ href }) => href.startsWith(`#/${view}`));
    const level = here.some((wrong) => wrong.level === 'fault')
      ? 'fault'
      : here.length > 0
        ? 'warning'
        : undefined;
    setAttribute(link, 'data-level', level);
    setAttribute(link, 'aria-label', level && `${link.textContent} (something is wrong)`);
  }
}
