/** The server gives uPlot's own module under the name `uplot.mjs`, beside ours. */
export { default } from 'uplot';
