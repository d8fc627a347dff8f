// @ts-check
/**
 * Runs in a page before its own scripts: finds its video, and reads the camera's blocks from each picture when the browser shows it.
 * `globalThis.blocks` says how many there are, and what share of the picture's height they take.
 */

/** @typedef {{ columns: number, rows: number, share: number }} Blocks */

(() => {
  const { columns, rows, share } = /** @type {{ blocks: Blocks }} */ (/** @type {unknown} */ (globalThis))
    .blocks;
  /** Times of showing, milliseconds since the epoch, and the blocks as zeros and ones; milliseconds from navigation to the first. */
  const collected = { pictures: /** @type {[number, string][]} */ ([]), begun: 0 };
  Object.assign(globalThis, { collected });
  const canvas = document.createElement('canvas');
  // Four pixels for each block: the one in its middle is of it alone.
  canvas.width = columns * 4;
  canvas.height = rows * 4;
  const context = canvas.getContext('2d', { willReadFrequently: true });

  /** @param {HTMLVideoElement} video */
  function read(video) {
    const at = performance.timeOrigin + performance.now();
    if (collected.begun === 0) collected.begun = performance.now();
    if (context === null) return;
    const [width, height] = [video.videoWidth, video.videoHeight * share];
    context.drawImage(video, 0, 0, width, height, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let bits = '';
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const pixel = (row * 4 + 2) * canvas.width + column * 4 + 2;
        bits += (data[pixel * 4] ?? 0) > 128 ? '1' : '0';
      }
    }
    collected.pictures.push([at, bits]);
  }

  /** @param {HTMLVideoElement} video */
  function follow(video) {
    video.requestVideoFrameCallback(() => {
      read(video);
      follow(video);
    });
  }

  function look() {
    const video = document.querySelector('video');
    if (video === null) requestAnimationFrame(look);
    else follow(video);
  }
  look();
})();
