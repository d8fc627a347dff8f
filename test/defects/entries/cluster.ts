/** Finding brokers, and asking them. */
import { type Defect, edit } from '../defect.ts';

const linksModel = 'test/models/links.test.ts';
const askingModel = 'test:models asking --seed 5 --runs 120';
const answersFuzz = 'fuzz answers --seed defects --count 3000';
const crash = 'test:crash --first 1 --seeds 12 --no-points';
const secondOpinion = 'test/integration/kafka-second-opinion.test.ts';
const network = 'test/integration/kafka-network.test.ts';
const answers = 'test/integration/kafka-answers.test.ts';
const cuts = 'test/integration/kafka-cuts.test.ts';
const giveUp = 'src/kafka/cluster/give-up.test.ts';

export const cluster: readonly Defect[] = [
  {
    name: 'no-way-without-a-resolver',
    breaks: 'While the resolver of names was away, a broker whose address was known was not reached anew.',
    edits: [
      edit(
        'src/kafka/cluster/host-addresses.ts',
        'else if (known !== undefined) return',
        'else if (known !== undefined && known.length === 0) return',
      ),
    ],
    seekers: [],
    tests: ['src/kafka/cluster/host-addresses.test.ts'],
  },
  {
    name: 'given-up-by-the-clock-of-the-wall',
    breaks: 'A clock that was set by a day had whoever waited for a broker give up at the second failure.',
    edits: [
      edit(
        'src/kafka/cluster/backoff.ts',
        '    const now = performance.now();',
        '    const now = Date.now() - Math.round(performance.timeOrigin);',
      ),
    ],
    seekers: [],
    tests: [giveUp],
  },
  {
    name: 'stale-broker-asked-for-ever',
    breaks:
      'What any broker can answer was asked of the first one for ever: one with stale metadata was asked 11 times, the right one never.',
    edits: [
      edit(
        'src/kafka/cluster/cluster.ts',
        '      onFailure: () => this.#preference.doubt(),',
        '      onFailure: () => {},',
      ),
    ],
    seekers: [askingModel, crash],
    tests: [secondOpinion, network],
  },
  {
    name: 'deleted-by-one-opinion',
    breaks: 'One broker that was behind ended a reader: "was deleted while it was read".',
    edits: [
      edit(
        'src/kafka/cluster/cluster.ts',
        '    if (takesBack(known, topic)) topic = await this.#secondOpinion(name, known, topic);\n',
        '    if (takesBack(known, topic) && name === "") topic = await this.#secondOpinion(name, known, topic);\n',
      ),
    ],
    seekers: [askingModel, crash],
    tests: [secondOpinion],
  },
  {
    name: 'leaders-of-an-older-epoch',
    breaks: 'A broker that was behind sent producers and readers back to the former leader.',
    edits: [
      edit(
        'src/kafka/cluster/topic-metadata.ts',
        '  return leaderEpoch >= 0 && leaderEpoch < known;',
        '  return leaderEpoch >= 0 && leaderEpoch < known - 1e9;',
      ),
    ],
    seekers: [askingModel, crash],
    tests: ['src/kafka/cluster/topic-metadata.test.ts'],
  },
  {
    name: 'dead-broker-drawn-again',
    breaks: 'A broker that was dead cost ten seconds each time that it was drawn.',
    edits: [
      edit(
        'src/kafka/cluster/links.ts',
        `      if (error instanceof NetworkFailure) this.#noteFailure(text);
      throw error;`,
        `      if (error instanceof StalledConnection) this.#noteFailure(text);
      throw error;`,
      ),
    ],
    seekers: [askingModel, crash],
    tests: [secondOpinion, network],
  },
  {
    name: 'left-behind-by-a-cut',
    breaks:
      'After a cut of 30 s the connections that stood found out up to 15 s later that the line was whole.',
    edits: [edit('src/kafka/cluster/silence.ts', "return wasCut ? 'dead' : 'well';", "return 'well';")],
    seekers: [],
    tests: [cuts, 'src/kafka/cluster/silence.test.ts'],
  },
  {
    name: 'asked-as-the-kernel-asks',
    breaks:
      'A connection that was asked for in a cut stood up to 8 s after it: SYNs are sent again after 1, 3, 7 and 15 s.',
    edits: [
      edit(
        'src/kafka/cluster/knocking.ts',
        'timer = setInterval(ask, every)',
        'timer = setInterval(() => {}, every)',
      ),
    ],
    seekers: [],
    tests: [cuts],
  },
  {
    name: 'first-address-for-ever',
    breaks: 'A name whose first address accepts and hangs up was tried there for ever.',
    edits: [
      edit(
        'src/kafka/cluster/links.ts',
        '    const ips = await this.#hosts.of(address.host, this.#connectTimeout);',
        '    const ips = (await this.#hosts.of(address.host, this.#connectTimeout)).toSorted().slice(0, 1);',
      ),
    ],
    seekers: [linksModel, crash],
    tests: [network, 'src/kafka/cluster/host-addresses.test.ts'],
  },
  {
    name: 'silent-addresses-one-after-the-other',
    breaks:
      'An address of a name whose machine was gone cost each command that began 3 s, and all addresses of a line that was full had no more.',
    edits: [
      edit(
        'src/kafka/cluster/first-of-use.ts',
        'timer = setTimeout(next, stagger).unref();',
        'timer = setTimeout(() => {}, stagger).unref();',
      ),
    ],
    seekers: [linksModel],
    tests: ['src/kafka/cluster/first-of-use.test.ts'],
  },
  {
    name: 'lookups-take-all-threads',
    breaks: "A resolver that does not answer held all of Node's threads, and the disk stood still.",
    edits: [edit('src/kafka/cluster/host-addresses.ts', 'const mostAtOnce = 2;', 'const mostAtOnce = 1000;')],
    seekers: [linksModel, crash],
    tests: ['src/kafka/cluster/host-addresses.test.ts'],
  },
  {
    name: 'alert-ends-a-connection-for-good',
    breaks: 'One TLS alert on a connection that stood ended a consumer as an authentication error.',
    edits: [
      edit(
        'src/kafka/cluster/connection.ts',
        '      const reason = connection.#answers > 0 ? lostConnection : socketError;',
        '      const reason = connection.#answers < 0 ? lostConnection : socketError;',
      ),
    ],
    seekers: [linksModel, answersFuzz],
    tests: ['src/kafka/cluster/connection.test.ts'],
  },
  {
    name: 'internal-error-refuses-for-good',
    breaks: 'One internal_error of a broker while connecting was final.',
    edits: [
      edit(
        'src/kafka/cluster/socket.ts',
        '  if (refusingAlert.test(code)) {',
        '  if (refusingAlert.test(code) || /^ERR_SSL_.*ALERT/.test(code)) {',
      ),
    ],
    seekers: [linksModel, answersFuzz],
    tests: ['src/kafka/cluster/socket.test.ts'],
  },
  {
    name: 'closed-connection-waits-at-its-gate',
    breaks:
      'A request on a closed connection was pending for minutes where the broker had asked to be spared.',
    edits: [
      edit(
        'src/kafka/cluster/connection.ts',
        '      if (request.urgent || !this.isOpen) run();',
        '      if (request.urgent) run();',
      ),
    ],
    seekers: [linksModel, answersFuzz],
    tests: ['src/kafka/cluster/connection.test.ts'],
  },
  {
    name: 'each-partition-asks-for-itself',
    breaks: '100 partitions that waited for one leader asked for metadata 39 times a second.',
    edits: [
      edit(
        'src/kafka/cluster/cluster.ts',
        '    if (answer !== undefined && answer.askedAt >= notBefore) return Promise.resolve(answer.topic);',
        '    if (answer !== undefined && answer.askedAt >= notBefore + 1e12) return Promise.resolve(answer.topic);',
      ),
    ],
    seekers: [askingModel, crash],
    tests: [secondOpinion, network, answers],
  },
  {
    name: 'topic-without-an-id-waited-for',
    breaks: 'A topic whose id is all zeros was waited for without a word.',
    edits: [
      edit(
        'src/kafka/cluster/topic-metadata.ts',
        '  if (topic.topicId === noId && topic.errorCode === Code.none) {',
        '  if (topic.topicId === noId && topic.errorCode !== Code.none) {',
      ),
    ],
    seekers: [askingModel, answersFuzz],
    tests: ['test/integration/kafka-second-opinion.test.ts > A topic without an id is refused in words'],
  },
  {
    name: 'one-bootstrap-server-ends-the-search',
    breaks:
      'One server of the bootstrap list that can never be of use ended the search, though the others could.',
    edits: [
      edit(
        'src/kafka/cluster/cluster.ts',
        '        if (this.signal.aborted) throw error;\n        continue;',
        '        if (this.signal.aborted || !(error instanceof NetworkFailure)) throw error;\n        continue;',
      ),
    ],
    seekers: [askingModel, answersFuzz],
    tests: [network, secondOpinion],
  },
];
