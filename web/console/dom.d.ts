/** The server gives the page's `dom.js` beside ours, too. */
export * from '../dom.js';
