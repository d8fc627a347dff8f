// @ts-check
/** Who asks has to say who he is: by a token, or by the house's own sign-in where the server names one. */
import { AnswerError } from './api.js';
import { element, make, setText } from './dom.js';
import { visible } from './strangers.js';

/** @import { Api } from './api.js' */

export class SignIn {
  #api;
  #onKnown;
  #root = element('sign-in', HTMLElement);
  #field;
  #word = make('p', { class: 'word', role: 'alert' });
  #press = make('button', { type: 'submit', class: 'button strong' }, ['Sign in']);

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
    const form = make('form', {}, [
      make('h1', { id: 'sign-in-title' }, ['Sign in']),
      make('p', { class: 'quiet' }, [
        'Whoever runs this console has a token for you. It says what you may do here.',
      ]),
      make('label', {}, ['Token', this.#field]),
      this.#press,
      this.#word,
    ]);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#root.append(form);
  }

  get isShown() {
    return !this.#root.hidden;
  }

  show() {
    if (this.isShown) return;
    this.#root.hidden = false;
    this.#field.focus();
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
      const isRefused = error instanceof AnswerError && (error.status === 401 || error.status === 403);
      const why = isRefused
        ? 'This token is not known here, or its time is over.'
        : error instanceof Error
          ? error.message
          : '';
      setText(this.#word, visible(why));
      this.#field.select();
    }
    this.#press.disabled = false;
  }
}
