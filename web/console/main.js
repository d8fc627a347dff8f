// @ts-check
/** Who asks, then the console around what he may see. */
import { AnswerError, Api } from './api.js';
import { Console } from './console.js';
import { element, setText } from './dom.js';
import { pauseOf } from './feed.js';
import { tokenOf } from './route.js';
import { SignIn } from './sign-in.js';

const api = new Api();
/** @type {Console | undefined} */
let shown;
const signIn = new SignIn(api, () => void begin());

api.onUnknown = (ways) => {
  shown?.pause();
  signIn.show(ways);
  setText(element('line', HTMLElement).lastElementChild ?? element('line', HTMLElement), 'Not signed in');
};

/** Of a link, until the server has answered to it. @type {string | undefined} */
let given;

/** Says who one is by the token of a link, where there was one. */
async function useToken() {
  if (given === undefined) return;
  try {
    await api.signIn(given);
  } catch (error) {
    if (!(error instanceof AnswerError) || error.status !== 401) throw error;
    signIn.refused();
  }
  given = undefined;
}

/** Asks again for as long as nobody answers: a console is left open for days. */
async function begin() {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await useToken();
      const session = await api.session();
      signIn.hide();
      shown ??= new Console(api, session);
      shown.go(session);
      return;
    } catch (error) {
      if (error instanceof AnswerError && error.status === 401) return;
      const line = element('line', HTMLElement).lastElementChild;
      if (line) setText(line, `${error instanceof Error ? error.message : error} It is tried again.`);
      await new Promise((resolve) => setTimeout(resolve, pauseOf(attempt, Math.random())));
    }
  }
}

/**
 * Out of the address at once: it is no secret any more where it stands in a history, or over somebody's shoulder.
 * @param {string} hash what the address has in its place
 */
function takeToken(hash) {
  const token = tokenOf(location.hash);
  if (token === undefined) return false;
  history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
  given = token;
  return true;
}

// A link that is followed where the console is open already loads nothing anew.
addEventListener('hashchange', ({ oldURL }) => {
  if (takeToken(new URL(oldURL).hash)) void begin();
});
takeToken('');
await begin();
