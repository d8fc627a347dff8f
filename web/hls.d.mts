/** The server gives hls.js's own module under the name `hls.mjs`, beside ours. */
export * from 'hls.js';
export { default } from 'hls.js';
