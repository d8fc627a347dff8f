/** Who we are, by certificates, tokens and properties. */
import { type Defect, edit } from '../defect.ts';

const propertiesModel = 'test/models/properties.test.ts';
const tokensModel = 'test/models/tokens.test.ts';
const linksModel = 'test/models/links.test.ts';
const askingModel = 'test:models asking --seed 5 --runs 120';
const answersFuzz = 'fuzz answers --seed defects --count 3000';
const answers = 'test/integration/kafka-answers.test.ts';

export const proving: readonly Defect[] = [
  {
    name: 'refused-kept-token-is-final',
    breaks: 'A token that was kept and had been revoked ended whoever asked, though the next one is good.',
    edits: [
      edit(
        'src/kafka/sasl/exchange.ts',
        '      if (exchange.refused?.())\n',
        '      if (exchange.refused?.() && errorCode < 0)\n',
      ),
    ],
    seekers: [tokensModel, answersFuzz],
    tests: ['src/kafka/sasl/exchange.test.ts'],
  },
  {
    name: 'gate-closed-while-a-token-comes',
    breaks:
      'A renewal held all requests back before it fetched its token: a slow identity provider stalled a connection in use.',
    edits: [
      edit(
        'src/kafka/cluster/link.ts',
        `  const prove = await prepare(connection.address.host);
  const open = connection.closeGate();`,
        `  const open = connection.closeGate();
  const prove = await prepare(connection.address.host);`,
      ),
    ],
    seekers: [linksModel, answersFuzz],
    tests: ['src/kafka/cluster/connection.test.ts', 'test/integration/security.test.ts'],
  },
  {
    name: 'configuration-refused-in-other-words',
    breaks: 'A cluster that refuses DescribeConfigs by another code than the ACLs do was asked for ever.',
    edits: [
      edit(
        'src/kafka/admin/admin.ts',
        '    if (error instanceof NotNow && !isLastAttempt) throw error;',
        '    if (error instanceof NotNow || isLastAttempt) throw error;',
      ),
    ],
    seekers: [askingModel, answersFuzz],
    tests: [answers],
  },
  {
    name: 'stricter-tls-passed-over',
    breaks: 'ssl.enabled.protocols, ssl.cipher.suites and ssl.crl.location were passed over without a word.',
    edits: [
      edit(
        'src/kafka/security/tls.ts',
        '    ...tlsLimits(properties),\n',
        '    ...(false && tlsLimits(properties)),\n',
      ),
    ],
    seekers: [propertiesModel, answersFuzz],
    tests: [
      'src/kafka/security/tls.test.ts',
      'src/kafka/security/tls-limits.test.ts',
      'test/integration/security.test.ts',
    ],
  },
  {
    name: 'certificates-of-the-start',
    breaks:
      'A certificate of the client that was renewed in its file was not shown: with the old one, which had expired, no connection came about any more.',
    edits: [
      edit(
        'src/kafka/security/tls-files.ts',
        '    if (looks === this.#looks) return this.#options;',
        "    if (looks !== '') return this.#options;",
      ),
    ],
    seekers: [propertiesModel],
    tests: ['src/kafka/security/tls-files.test.ts', 'test/integration/security.test.ts'],
  },
  {
    name: 'properties-passed-over-in-silence',
    breaks: 'Whoever had set a property of security that changes nothing was not told.',
    edits: [edit('src/kafka/client.ts', '  if (unheeded.length > 0)\n', '  if (unheeded.length > 1000)\n')],
    seekers: [propertiesModel, answersFuzz],
    tests: ['test/integration/kafka-client.test.ts', 'src/kafka/security/passed-over.test.ts'],
  },
];
