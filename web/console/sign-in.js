// @ts-check
/** Who asks has to say who he is: by a token, or by the house's own sign-in where the server has one. */
import { AnswerError } from './api.js';
import { element, make, setText } from './dom.js';
import { visible } from './strangers.js';

/** @import { Api } from './api.js' */

const notValid = 'This token is not valid here, or its time is over. Ask for a new one.';

export class SignIn {
  #api;
  #onKnown;
  #root = element('sign-in', HTMLElement);
  #field;
  #word = make('p', { class: 'word', role: 'alert' });
  #press = make('button', { type: 'submit', class: 'button strong' }, ['Sign in']);
  #by = make('a', { class: 'button', href: 'login' }, ['Sign in with your account']);
  #token;

  /** @param {Api} api @param {() => void} onKnown */
  constructor(api, onKnown) {
    this.#api = api;
    this.#onKnown = onKnown;
    this.#field = make('input', {
      type: 'password',
      name: 'token',
      required: '',
      autocomplete: 'current-password',
      autocapitalize: 'none',
      spellcheck: 'false',
    });
    const about = 'Whoever runs this console has a token for you. It says what you may do here.';
    this.#token = make('form', {}, [
      make('p', { class: 'quiet' }, [about]),
      make('label', {}, ['Token', this.#field]),
      this.#press,
    ]);
    this.#token.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    const title = make('h1', { id: 'sign-in-title' }, ['Sign in']);
    this.#root.append(make('div', { class: 'ways' }, [title, this.#by, this.#token, this.#word]));
  }

  /** @param {readonly string[]} ways `token`, `oidc` */
  show(ways) {
    if (!this.#root.hidden) return;
    this.#root.hidden = false;
    document.title = 'Sign in – Sluice';
    this.#by.hidden = !ways.includes('oidc');
    this.#token.hidden = ways.length > 0 && !ways.includes('token');
    (this.#token.hidden ? this.#by : this.#field).focus();
  }

  /** Of a link. */
  refused() {
    setText(this.#word, notValid);
  }

  hide() {
    this.#root.hidden = true;
    this.#field.value = '';
    setText(this.#word, '');
  }

  async #send() {
    this.#press.disabled = true;
    setText(this.#word, '');
    try {
      await this.#api.signIn(this.#field.value.trim());
      this.#field.value = '';
      this.#onKnown();
    } catch (error) {
      const isRefused = error instanceof AnswerError && error.status === 401;
      const why = error instanceof Error ? error.message : String(error);
      setText(this.#word, isRefused ? notValid : visible(why));
      this.#field.select();
    }
    this.#press.disabled = false;
  }
}
