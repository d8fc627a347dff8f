/** Every option stands in one table; help, pages, environment, configuration file and library are compared with it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Command } from 'commander';
import { faultsOf, type Told } from '../../test/support/every-option.ts';
import { optionsOf } from '../../test/support/library-options.ts';
import { consoleDefaults } from '../console/options.ts';
import { exportDefaults } from '../delivery/export/options.ts';
import { serveDefaults } from '../delivery/serve-options.ts';
import { downloadDefaults, uploadDefaults } from '../files/shared/options.ts';
import { encoderDefaults } from '../live/encode/options.ts';
import { ingestDefaults } from '../live/ingest/options.ts';
import { playDefaults } from '../live/play/options.ts';
import { publishDefaults } from '../live/publish/options.ts';
import { pushDefaults } from '../live/push/options.ts';
import { recordDefaults } from '../live/record/options.ts';
import { relayDefaults } from '../relay/options.ts';
import { connectionFlags } from './connection.ts';
import { accessFlags, dropFlags } from './console/flags.ts';
import { outputFlags } from './output.ts';
import { createProgram } from './program.ts';
import { storeFlags, writtenFlags } from './store-flags.ts';
import { everyCommand, flagsOf } from './verb.ts';

const read = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const [page, brokerPage] = await Promise.all([read('cli.md'), read('broker.md')]);

const program = createProgram('0');
const known = everyCommand(program).flatMap(({ options }) => options.map((option) => option.name()));
const verbs = everyCommand(program).flatMap((command): Told[] => {
  const flags = flagsOf(command);
  if (flags === undefined) return [];
  const verb = nameOf(command);
  const taken = command.options.map((option) => option.name());
  const help = command.configureHelp({ helpWidth: 1000 }).helpInformation();
  return [{ verb, flags, taken, help, section: sectionOf(verb), known }];
});

/** E.g. `ingest key add`. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent === program ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

/** What is said of a verb, and of every verb. */
function sectionOf(verb: string): string {
  const parts = page.split(/^## /m);
  const common = parts.find((part) => part.startsWith('Flags of every verb')) ?? '';
  if (verb.startsWith('broker ')) return brokerPage + common;
  const own = parts.find((part) => part.startsWith(`\`sluice ${verb}\``));
  return own === undefined ? '' : own + common;
}

test('table, help, pages, environment and configuration file have the same options, of every verb', () => {
  assert.ok(verbs.length >= 14 && known.length > 150, `${verbs.length} verbs, ${known.length} flags`);
  assert.deepEqual(verbs.flatMap(faultsOf), []);
});

test('an option that is forgotten in one of the five places is told', () => {
  const told = verbs.find(({ verb }) => verb === 'upload');
  assert.ok(told);
  const faults = (change: Partial<Told>): string => faultsOf({ ...told, ...change }).join('\n');
  const { minAge, ...others } = told.flags;
  assert.ok(minAge);
  assert.match(faults({ flags: others }), /table: --min-age is not in it/);
  assert.match(
    faults({ taken: told.taken.filter((name) => name !== 'min-age') }),
    /help: --min-age is not taken/,
  );
  assert.match(faults({ help: told.help.replace(minAge.help, '') }), /help: it does not have "--min-age/);
  const rows = told.section.split('\n');
  const without = rows.filter((row) => !row.includes('`--min-age')).join('\n');
  assert.match(faults({ section: without }), /page: --min-age is not there/);
  assert.match(
    faults({ section: told.section.replace('`--min-age TIME` | `5s`', '`--min-age TIME` | `9s`') }),
    /page: --min-age does not have its default, 5s/,
  );
  assert.match(faults({ section: `${told.section}\`--min-height\`` }), /page: there is no --min-height/);
  assert.match(
    faults({ known: known.filter((name) => name !== 'min-age') }),
    /file: sluice.min.age is not known/,
  );
  assert.match(
    faults({ known: known.filter((name) => name !== 'min-age') }),
    /environment: SLUICE_MIN_AGE is not known/,
  );
  const retryPause = { ...minAge, flag: 'retry-pause' };
  assert.match(
    faults({ flags: { ...told.flags, retryPause } }),
    /environment: SLUICE_RETRY_PAUSE is a property of Kafka/,
  );
});

/** Of the library alone: what a program hands in. */
const handed = ['kafka', 'signal', 'logger', 'onEvent', 'onControl', 'page'];
/** Of every verb's flags, those that the options of a function do not have: what makes `kafka`, `s3`, `gcs`, and what is printed. */
const commons = [connectionFlags, outputFlags, storeFlags, writtenFlags].flatMap((flags) =>
  Object.keys(flags),
);

interface Face {
  readonly verb: string;
  readonly options: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Options that no flag of the same name has, and flags that are no option of the same name. */
  readonly apart: readonly string[];
}

const clock = ['schedule', 'timeZone'];
const stores = ['s3', 'gcs'];
const besideKeys = [accessFlags, dropFlags].flatMap((flags) => Object.keys(flags));
const faces: readonly Face[] = [
  {
    verb: 'upload',
    options: 'UploadOptions',
    defaults: uploadDefaults,
    apart: [...clock, ...stores, 'generate', 'maxInFlight'],
  },
  // One flag says how much is held over one connection, and over several.
  {
    verb: 'download',
    options: 'DownloadOptions',
    defaults: downloadDefaults,
    apart: [...clock, ...stores, 'aheadBytes'],
  },
  { verb: 'list', options: 'ListOptions', defaults: {}, apart: ['bandwidth', 'newestOnly', 'all'] },
  // What is written without a flag.
  { verb: 'cat', options: 'CatOptions', defaults: {}, apart: ['bandwidth', 'file'] },
  { verb: 'state show', options: 'StateOptions', defaults: {}, apart: ['bandwidth', 'uploader', 'path'] },
  {
    verb: 'state forget',
    options: 'ForgetStateOptions',
    defaults: {},
    apart: ['bandwidth', 'uploader', 'path', 'yes'],
  },
  { verb: 'state rebuild', options: 'ChangeStateOptions', defaults: {}, apart: ['bandwidth', 'uploader'] },
  { verb: 'verify', options: 'VerifyOptions', defaults: {}, apart: ['bandwidth', ...stores] },
  {
    verb: 'live publish',
    options: 'PublishOptions',
    defaults: { ...publishDefaults, ...encoderDefaults },
    apart: ['renditions', 'rendition', 'size', 'bitrate', 'realTime', 'fast', 'leaseDuration'],
  },
  {
    verb: 'ingest',
    options: 'IngestOptions',
    defaults: { ...ingestDefaults, ...encoderDefaults },
    apart: ['renditions', 'rendition', 'size', 'bitrate', 'tls', 'tlsCert', 'tlsKey'],
  },
  { verb: 'live play', options: 'PlayOptions', defaults: playDefaults, apart: [] },
  { verb: 'live record', options: 'RecordOptions', defaults: recordDefaults, apart: [] },
  { verb: 'live push', options: 'PushOptions', defaults: pushDefaults, apart: ['toFile'] },
  { verb: 'live export', options: 'ExportOptions', defaults: exportDefaults, apart: stores },
  { verb: 'relay config', options: 'RelayOptions', defaults: relayDefaults, apart: [] },
  {
    verb: 'serve',
    options: 'ServeOptions',
    defaults: serveDefaults,
    // The console beside it has functions of its own.
    apart: [...stores, 'tls', 'tlsCert', 'tlsKey', 'console', 'filesTopic', ...besideKeys],
  },
  {
    verb: 'console',
    options: 'ConsoleOptions',
    defaults: consoleDefaults,
    apart: ['tls', 'tlsCert', 'tlsKey', 'oidcClientSecret', 'oidcClientSecretFile'],
  },
];

for (const { verb, options, defaults, apart } of faces) {
  test(`the library's ${options} are the flags of sluice ${verb}, with the same defaults`, () => {
    const told = verbs.find((one) => one.verb === verb);
    assert.ok(told);
    const flags = Object.keys(told.flags).filter((key) => !commons.includes(key) && !apart.includes(key));
    const members = optionsOf(options).filter((key) => !handed.includes(key) && !apart.includes(key));
    assert.ok(members.length > 2);
    assert.deepEqual(flags.toSorted(), members.toSorted());
    for (const key of flags.filter((name) => name in defaults)) {
      const fallback: unknown = told.flags[key]?.fallback;
      if (fallback !== undefined) assert.deepEqual(fallback, defaults[key], key);
    }
  });
}
