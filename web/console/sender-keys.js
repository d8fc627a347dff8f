// @ts-check
/** Keys of those who send live video: what there is, a new one (told once), one that is taken back. For administrators. */
import { icon, make, setText } from './dom.js';
import { button, stranger } from './elements.js';
import { visible } from './strangers.js';
import { ago, exactly, span } from './words.js';

/** @import { ListedKey, MadeKey } from '../../src/console/contract.ts' */
/** @import { Api } from './api.js' */
/** @import { ConsoleState } from './state.js' */

const day = 86_400_000;
/** @type {readonly (readonly [label: string, milliseconds: number])[]} */
const lasting = [
  ['for ever', 0],
  ['for a day', day],
  ['for a week', 7 * day],
  ['for 30 days', 30 * day],
  ['for a year', 365 * day],
];

export class SenderKeys {
  #api;
  #state;
  #may;
  #root = make('div', { class: 'keys' });
  #stream = field('Stream', { required: '', maxlength: '256', placeholder: 'studio, or cam-*' });
  #name = field('Whose', { maxlength: '256', placeholder: 'north hall' });
  #expires = make(
    'select',
    {},
    lasting.map(([label, value]) => make('option', { value: String(value) }, [label])),
  );
  #press = make('button', { type: 'submit', class: 'button strong' }, ['Make a key']);
  #word = make('p', { class: 'word', role: 'status' });
  #made = make('div', { class: 'made', hidden: '' });
  #list = make('ul', { class: 'key-list', 'aria-label': 'Keys' });
  #nothing = make('p', { class: 'quiet' });
  /** @type {readonly ListedKey[]} */
  #keys = [];
  #told = '';

  /** @param {{ host: HTMLElement, api: Api, state: ConsoleState, may: () => boolean }} parts */
  constructor({ host, api, state, may }) {
    this.#api = api;
    this.#state = state;
    this.#may = may;
    const form = make('form', { class: 'key-form' }, [
      this.#stream.label,
      this.#name.label,
      make('label', {}, ['Good', this.#expires]),
      this.#press,
    ]);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#make();
    });
    const about =
      'Who has a key sends to its stream by sluice ingest: RTMP, SRT, or a browser. A star stands for any part of a name.';
    this.#root.append(
      make('p', { class: 'quiet' }, [about]),
      form,
      this.#word,
      this.#made,
      this.#nothing,
      this.#list,
    );
    host.append(this.#root);
  }

  /** Reads them anew. */
  async show() {
    this.#root.hidden = !this.#may();
    if (this.#root.hidden) return;
    try {
      this.#keys = await this.#api.keys();
      this.#told = '';
      setText(this.#nothing, this.#keys.length === 0 ? 'There is no key yet.' : '');
    } catch (error) {
      setText(this.#nothing, `The keys could not be read. ${wordsOf(error)}`);
    }
    this.update();
  }

  /** Times go on. */
  update() {
    const now = this.#state.now();
    const told = `${JSON.stringify(this.#keys)}${Math.floor(now / 60_000)}`;
    if (told === this.#told || this.#list.contains(document.activeElement)) return;
    this.#told = told;
    this.#list.replaceChildren(...this.#keys.map((key) => this.#item(key, now)));
  }

  async #make() {
    this.#press.disabled = true;
    setText(this.#word, '');
    try {
      const [name, expires] = [this.#name.input.value.trim(), Number(this.#expires.value)];
      const made = await this.#api.makeKey({
        stream: this.#stream.input.value.trim(),
        ...(name === '' ? {} : { name }),
        ...(expires === 0 ? {} : { expires }),
      });
      this.#tell(made);
      this.#stream.input.value = '';
      this.#name.input.value = '';
      await this.show();
    } catch (error) {
      setText(this.#word, `No key was made. ${wordsOf(error)}`);
    }
    this.#press.disabled = false;
  }

  /** Once: nobody can ask for it again. @param {MadeKey} made */
  #tell({ key, streams }) {
    const shown = field(`The key for ${visible(streams)}`, { readonly: '', value: key });
    shown.input.addEventListener('focus', () => shown.input.select());
    const copy = button('Copy', () => void this.#copy(shown.input), { class: 'button' });
    const close = button('Done', () => this.#forget(), { class: 'button' });
    this.#made.replaceChildren(
      shown.label,
      copy,
      close,
      make('p', { class: 'quiet' }, ['It is shown now, and never again: give it to whoever sends.']),
    );
    this.#made.hidden = false;
    shown.input.focus();
  }

  /** @param {HTMLInputElement} input */
  async #copy(input) {
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
      setText(this.#word, 'Copied.');
    } catch {
      // Browsers give it to pages of https:// and of this machine alone.
      setText(this.#word, 'It is marked: copy it by the keyboard.');
    }
  }

  /** It stands nowhere any more, also when the view is left. */
  #forget() {
    if (this.#made.hidden) return;
    this.#made.hidden = true;
    this.#made.replaceChildren();
    setText(this.#word, '');
    this.#stream.input.focus();
  }

  leave() {
    this.#made.hidden = true;
    this.#made.replaceChildren();
  }

  /** @param {ListedKey} key @param {number} now */
  #item(key, now) {
    const { streams, name, created, expires } = key;
    const isOver = expires !== undefined && expires <= now;
    const until =
      expires === undefined ? 'for ever' : isOver ? 'over' : `for ${span((expires - now) / 1000)} yet`;
    const about = make('p', { class: 'quiet', title: exactly(created) }, [
      ...(name === '' ? [] : [stranger(name), ' · ']),
      `made ${ago(created, now)} · ${isOver ? 'over' : `good ${until}`}`,
    ]);
    const words = make('div', {}, [make('strong', {}, [stranger(streams)]), about]);
    const whose = name === '' ? visible(streams) : `${visible(streams)}, ${visible(name)}`;
    const press = button('Take back', () => void this.#remove(key, press), { class: 'button' });
    press.setAttribute('aria-label', `Take back the key for ${whose}`);
    press.addEventListener('blur', () => disarm(press));
    return make('li', isOver ? { class: 'over' } : {}, [words, press]);
  }

  /** At the second press: whoever sends by it is sent away. @param {ListedKey} key @param {HTMLButtonElement} press */
  async #remove({ id, streams }, press) {
    if (!press.classList.contains('armed')) {
      press.classList.add('armed');
      press.replaceChildren(icon('warning'), 'Press again');
      setText(
        this.#word,
        `Whoever sends to ${visible(streams)} by this key is sent away. Press again to take it back.`,
      );
      return;
    }
    try {
      await this.#api.removeKey(id);
      setText(this.#word, 'The key was taken back.');
    } catch (error) {
      setText(this.#word, `The key was not taken back. ${wordsOf(error)}`);
    }
    press.blur();
    await this.show();
    this.#stream.input.focus({ preventScroll: true });
    setText(this.#nothing, this.#keys.length === 0 ? 'There is no key.' : '');
  }
}

/** @param {HTMLButtonElement} press */
function disarm(press) {
  press.classList.remove('armed');
  press.replaceChildren('Take back');
}

/** @param {string} words @param {Readonly<Record<string, string>>} attributes */
function field(words, attributes) {
  const input = make('input', {
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    ...attributes,
  });
  return { input, label: make('label', {}, [words, input]) };
}

/** @param {unknown} error */
function wordsOf(error) {
  return error instanceof Error ? visible(error.message) : String(error);
}
