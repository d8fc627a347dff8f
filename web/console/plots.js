// @ts-check
/** The last hours as curves. Each has its words beside it: a canvas says nothing to whoever does not see it. */
import { make, setText } from './dom.js';
import uPlot from './uplot.mjs';

/** @import { Totals } from '../../src/console/contract.ts' */
/** @import { ConsoleState } from './state.js' */

/**
 * @typedef {object} Plot
 * @property {string} title
 * @property {readonly { readonly name: keyof Totals, readonly label: string }[]} series
 * @property {(value: number) => string} words
 */

const height = 150;

/** @param {string} name of a custom property */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** What is drawn resolves no `light-dark()`: an element does. @param {string} name */
function resolved(name) {
  const probe = make('i', { hidden: '' });
  probe.style.color = `var(${name})`;
  // Whoever has their own colours tells curves apart by ours.
  probe.style.setProperty('forced-color-adjust', 'none');
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color || colour(name);
}

export class PlotView {
  #plot;
  #figure;
  #canvas = make('div', { class: 'canvas', role: 'img' });
  #now = make('dl', { class: 'legend' });
  /** @type {Map<string, Element>} */
  #values = new Map();
  /** @type {uPlot | undefined} */
  #uplot;

  /** @param {HTMLElement} host @param {Plot} plot */
  constructor(host, plot) {
    this.#plot = plot;
    plot.series.forEach(({ name, label }, index) => {
      const value = make('dd');
      this.#values.set(name, value);
      const mark = make('i', { class: `mark mark-${index}` });
      this.#now.append(make('div', {}, [make('dt', {}, [mark, label]), value]));
    });
    const head = make('figcaption', {}, [make('h2', {}, [plot.title]), this.#now]);
    this.#figure = make('figure', { class: 'plot', hidden: '' }, [head, this.#canvas]);
    host.append(this.#figure);
    new ResizeObserver(() => this.#uplot?.setSize({ width: this.#canvas.clientWidth, height })).observe(
      this.#canvas,
    );
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#renew());
  }

  /** @param {ConsoleState} state */
  draw(state) {
    const columns = this.#plot.series.map(
      ({ name }) => state.series.get(name) ?? new Array(state.at.length).fill(null),
    );
    const isKnown = columns.some((values) => values.some((value) => value !== null));
    this.#figure.hidden = !isKnown || state.at.length < 2;
    if (this.#figure.hidden) return;
    /** @type {string[]} */
    const words = [];
    this.#plot.series.forEach(({ name, label }, index) => {
      const values = columns[index] ?? [];
      const last = values.at(-1);
      const now = last === null || last === undefined ? 'not known' : this.#plot.words(last);
      const most = values.reduce((/** @type {number} */ top, value) => Math.max(top, value ?? 0), 0);
      const value = this.#values.get(name);
      if (value !== undefined) setText(value, now);
      words.push(`${label}: ${now} now, ${this.#plot.words(most)} at most`);
    });
    this.#canvas.setAttribute('aria-label', `${this.#plot.title}. ${words.join('. ')}.`);
    /** @type {uPlot.AlignedData} */
    const data = [state.at.map((time) => time / 1000), ...columns];
    if (this.#uplot === undefined) this.#uplot = this.#make(data);
    else this.#uplot.setData(data);
  }

  #renew() {
    const data = this.#uplot?.data;
    if (data === undefined) return;
    this.#uplot?.destroy();
    this.#uplot = this.#make(data);
  }

  /** @param {uPlot.AlignedData} data */
  #make(data) {
    const [quiet, edge] = [resolved('--quiet'), resolved('--edge')];
    const colours = [resolved('--accent'), resolved('--second')];
    const grid = { stroke: edge, width: 1 };
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: quiet, grid, ticks: { show: false }, font };
    /** @type {uPlot.Options} */
    const options = {
      width: this.#canvas.clientWidth,
      height,
      // On the right half of the last time has room.
      padding: [8, 30, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.12 : 1] } },
      axes: [
        { ...axis, space: 80, size: 28, incrs: steps, values: (_plot, splits) => splits.map(timeOf) },
        {
          ...axis,
          space: 44,
          size: 68,
          gap: 6,
          values: (_plot, splits) => splits.map((value) => this.#plot.words(value)),
        },
      ],
      series: [
        {},
        ...this.#plot.series.map(({ label }, index) => ({
          label,
          stroke: colours[index] ?? quiet,
          width: 1.8,
          ...(index === 1 ? { dash: [5, 4] } : {}),
          ...(index === 0 ? { fill: resolved('--wash') } : {}),
          points: { show: false },
          spanGaps: false,
        })),
      ],
    };
    return new uPlot(options, data, this.#canvas);
  }
}

/** Seconds between two times of the axis: they are told to the minute, and none is to stand there twice. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440].map((minutes) => 60 * minutes);

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** @param {number} seconds */
function timeOf(seconds) {
  return clock.format(new Date(seconds * 1000));
}
