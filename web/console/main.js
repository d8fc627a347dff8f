// @ts-check
/** Who asks, then the console around what he may see. */
import { AnswerError, Api } from './api.js';
import { Console } from './console.js';
import { element, setText } from './dom.js';
import { pauseOf } from './feed.js';
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

/** Asks again for as long as nobody answers: a console is left open for days. */
async function begin() {
  for (let attempt = 0; ; attempt += 1) {
    try {
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

/** Out of the address at once: it is no secret any more where it stands in a history, or over somebody's shoulder. */
async function useTokenOfAddress() {
  const token = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (token === undefined) return;
  history.replaceState(null, '', location.pathname);
  await api.signIn(decodeURIComponent(token)).catch(() => {});
}

await useTokenOfAddress();
await begin();
