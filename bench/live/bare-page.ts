/** A page that is not ours: hls.js with its own defaults, and nothing around it. What a stream is to everybody else's player. */
import type { Page } from 'playwright-core';

/** Where the page is, below the server's URL. */
export const barePage = '/bare.html';

/** `sluice` is where the screen looks for what a player counts. */
const html = (stream: string): string => `<!doctype html>
<meta charset="utf-8">
<video muted autoplay playsinline width="640" height="360"></video>
<script type="module">
  import Hls from '/assets/hls.mjs';
  const video = document.querySelector('video');
  const counts = { stalls: 0, jumps: 0, renewals: 0, fatal: 0 };
  globalThis.sluice = { player: { counts } };
  video.addEventListener('waiting', () => { if (video.currentTime > 0) counts.stalls += 1; });
  const hls = new Hls();
  hls.on(Hls.Events.ERROR, (_, { fatal }) => { if (fatal) counts.fatal += 1; });
  hls.loadSource('/live/${stream}/index.m3u8');
  hls.attachMedia(video);
</script>
`;

/** Puts the page where {@link barePage} says, for this window alone. */
export async function serveBarePage(page: Page, stream: string): Promise<void> {
  await page.route(`**${barePage}`, (route) =>
    route.fulfill({ contentType: 'text/html', body: html(stream) }),
  );
}
