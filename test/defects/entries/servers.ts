/** Several servers of a topic, and what stands before them. */
import { type Defect, edit } from '../defect.ts';

const window = 'test/models/window.test.ts';

export const servers: readonly Defect[] = [
  {
    name: 'all-servers-out-at-once',
    breaks:
      'While Kafka was away all servers said that no viewer is to be sent to them, with all that they could go on serving.',
    edits: [
      edit(
        'src/delivery/serve.ts',
        'const unready = () => (streams.ready ? undefined : (reach.away ?? starting()));',
        'const unready = () => reach.away ?? starting();',
      ),
    ],
    seekers: [],
    tests: ['test/live/publish-outage.test.ts'],
  },
  {
    name: 'the-first-thousand-streams',
    breaks: 'How viewers fare was counted of the first thousand streams that a server ever had.',
    edits: [
      edit(
        'src/delivery/http/reports.ts',
        "    if (!isWatched(stream)) return 'unknown';",
        "    if (!isWatched(stream) || (this.#sums.size >= mostStreams && !this.#sums.has(stream))) return 'unknown';",
      ),
    ],
    seekers: [],
    tests: ['src/delivery/http/reports.test.ts'],
  },
  {
    name: 'unknown-labels-hide-all-figures',
    breaks:
      '/metrics was answered with 500 until a run had begun: a figure with labels that nobody knew yet failed all.',
    edits: [
      edit(
        'src/figures/registry.ts',
        '  if (shown.length === 0 && isAlone(metric)) metric.remove();',
        '  if (shown.length === 0) metric.remove();',
      ),
    ],
    seekers: [],
    tests: ['src/figures/server.test.ts'],
  },
  {
    name: 'who-waits-at-a-server-that-goes-is-refused',
    breaks:
      'A server that was replaced answered all who waited for a part with 503, and they came back a second later.',
    edits: [edit('src/delivery/http/server.ts', '    await lastAnswers();\n', '')],
    seekers: [],
    tests: ['test/delivery/leaving.test.ts'],
  },
  {
    name: 'a-hint-of-another-server',
    breaks:
      'Of two servers behind a proxy the one that had read a record less answered 404 to the part that the other had hinted.',
    edits: [
      edit(
        'src/delivery/http/find.ts',
        '  const isNear = ordinal >= first && ordinal < first + advancePartLimit(live.targets);',
        '  const isNear = ordinal === first && advancePartLimit(live.targets) > 0;',
      ),
    ],
    seekers: [window],
    tests: ['test/delivery/several-servers.test.ts'],
  },
  {
    name: 'a-refused-upgrade-stays',
    breaks:
      'Who was refused a WebSocket, and had said more meanwhile, left a descriptor behind for as long as the server ran: so did some of each thousand strangers.',
    edits: [
      edit('src/delivery/http/websocket.ts', '  socket.resume();\n', ''),
      edit(
        'src/delivery/http/websocket.ts',
        'const late = setTimeout(() => socket.destroy(), lingering);',
        'const late = setTimeout(() => {}, lingering);',
      ),
    ],
    seekers: [],
    tests: ['src/delivery/http/websocket.test.ts'],
  },
];
