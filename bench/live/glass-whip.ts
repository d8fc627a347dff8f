/**
 * Glass to glass from a browser's camera: the page that sends paints its clock into what its camera sees, a second page reads it back from what it shows.
 * Both browsers' pages, encoder, Kafka and servers share the machine.
 *
 *     node bench/live/glass-whip.ts [--joins 3] [--seconds 8] [--ingest "--chunks frame"]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { startBroker } from '../../src/broker/broker.ts';
import { startChromium } from '../../test/browser/browser.ts';
import { startServer, untilLive } from '../../test/browser/stage.ts';
import { Scope } from '../../test/support/owner.ts';
import { addKey, startIngest } from '../../test/support/senders.ts';
import { bitsOf, checkOf, codeHeight, columns, height, rows, width } from './barcode.ts';
import { quantiles } from './figures.ts';
import { joins } from './watching.ts';

const { values } = parseArgs({
  options: {
    joins: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    ingest: { type: 'string', default: '' },
  },
});

/** Takes the camera's place: `getUserMedia` gives a canvas with the time in it, and the browser's own test sound. */
const camera = `
  ${checkOf};
  ${bitsOf};
  const devices = navigator.mediaDevices;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: ${width}, height: ${height} });
    const context = canvas.getContext('2d');
    const paint = () => {
      const time = Math.round(performance.timeOrigin + performance.now());
      bitsOf(time).forEach((bit, index) => {
        context.fillStyle = bit ? '#fff' : '#000';
        const [x, y] = [index % ${columns}, Math.floor(index / ${columns})];
        context.fillRect(x * ${width / columns}, y * ${codeHeight / rows}, ${width / columns}, ${codeHeight / rows});
      });
      context.fillStyle = \`hsl(\${time / 20} 60% 50%)\`;
      context.fillRect((time / 4) % ${width}, ${codeHeight}, 80, ${height - codeHeight});
    };
    setInterval(paint, 1000 / 30);
    paint();
    const tracks = canvas.captureStream(30).getVideoTracks();
    const sound = wanted.audio ? await original({ audio: wanted.audio }) : undefined;
    return new MediaStream([...(wanted.video ? tracks : []), ...(sound?.getAudioTracks() ?? [])]);
  };
`;

const scope = new Scope();
try {
  const broker = await startBroker({ longRunning: true });
  scope.after(() => broker.stop());
  const { bootstrapServers } = broker;
  const topic = 'live';
  const key = await addKey(bootstrapServers, topic, '*');
  const more = values.ingest.split(' ').filter((word) => word !== '');
  const ingest = startIngest(scope, bootstrapServers, topic, [
    ...['--whip-port', '0', '--size', `${width}x${height}`, '--bitrate', '1M', '--preset', 'veryfast'],
    ...more,
  ]);
  const port = await ingest.port('whip');
  const server = await startServer(scope, { bootstrapServers, topic });
  const browser = await startChromium();
  scope.after(() => browser.close());
  const page = await browser.newPage();
  await page.addInitScript({ content: camera });
  await page.goto(`http://127.0.0.1:${port}/publish?stream=camera#key=${key}`);
  await page.getByRole('button', { name: 'Camera' }).click();
  await page.getByRole('button', { name: 'Go live' }).click();
  await untilLive(server.url, 'camera', 3);
  const [count, seconds] = [Number(values.joins), Number(values.seconds)];
  for (const latency of ['lowest', 'low']) {
    const found = await joins(browser, `${server.url}/?stream=camera&latency=${latency}`, count, seconds);
    console.log(
      `${latency}: age when shown ${quantiles(found.flatMap(({ ages }) => ages))} ms (p50 / p95 / p99), ${found.filter(({ stalls }) => stalls > 0).length} of ${found.length} stalled, load ${(loadavg()[0] ?? 0).toFixed(1)}; ${await page.locator('#facts').innerText()}`,
    );
  }
} finally {
  await scope.close();
}
