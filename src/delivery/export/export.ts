/** Exports a stream to a folder or a bucket as plain HLS and DASH: the library's face of it. */
import { ConfigurationError } from '../../errors.ts';
import { withFigures } from '../../figures/with-figures.ts';
import { statusEvents } from '../../files/run/status.ts';
import { StorePatience } from '../../files/shared/store-patience.ts';
import { createKafka } from '../../kafka/client.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { silentLogger } from '../../log.ts';
import { isStreamName, noStreamName } from '../../records/live-names.ts';
import { Notices } from '../../stores/notices.ts';
import type { PlainStore } from '../../stores/objects/contract.ts';
import { openPlainStoreAt } from '../../stores/open.ts';
import { storeOptionsOf } from '../../stores/options.ts';
import { parsePlace } from '../../stores/place.ts';
import { runExport } from './export-run.ts';
import { type ExportFromOptions, type ExportOptions, type ExportSummary, exportDefaults } from './options.ts';

/**
 * Writes what a stream has, segment by segment, with playlists that grow behind them. Resolves when the programme is over and stands as video on
 * demand, or by `signal`; a later call goes on behind what stands, and several at once make one list.
 *
 * Throws ConfigurationError (names, another export in that place, rights), IncompleteError (the topic has lost what would follow what stands),
 * UnreachableError (past `giveUpAfter`) or KafkaError. A store that is away is waited for.
 */
export async function exportStream(options: ExportOptions): Promise<ExportSummary> {
  const open = async () => new (await import('./figures.ts')).ExportFigures(options.stream);
  return withFigures(options, open, exportStreamCounted);
}

/** Whoever counts has its events. */
async function exportStreamCounted(options: ExportOptions): Promise<ExportSummary> {
  const { kafka: properties, giveUpAfter, logger = silentLogger, onEvent = () => {}, signal } = options;
  const kafka = createKafka({
    properties,
    clientId: `sluice-export-${options.stream}`,
    logger,
    onStatus: statusEvents(onEvent),
    ...(giveUpAfter === undefined ? {} : { giveUpAfter }),
    // Whoever only reads has nothing to finish there.
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    return await exportFrom(kafka, options);
  } finally {
    await kafka.close();
  }
}

/** The name that stores keep things of exporters under, where they ask for one. */
const reader = 'export';

/** The same through any client; it stays open. */
export async function exportFrom(kafka: Kafka, options: ExportFromOptions): Promise<ExportSummary> {
  const { signal = new AbortController().signal, onEvent = () => {}, window, forget = false } = options;
  if (forget && window === undefined)
    throw new ConfigurationError('--forget needs --window: without one nothing ever leaves the playlists');
  // Before anything is made in a place.
  if (!isStreamName(options.stream)) throw new ConfigurationError(noStreamName(options.stream));
  const place = parsePlace(options.to);
  const shown = place.store === 'disk' ? place.path : place.url;
  const { with: patiently } = new StorePatience({ place: shown, on: 'sink', onEvent, signal });
  const notices = new Notices();
  let store: PlainStore | undefined;
  try {
    store = await patiently(() => openPlainStoreAt(place, { ...storeOptionsOf(options), reader }, notices));
    notices.listen((message) => onEvent({ type: 'warning', message }));
    return await runExport(kafka, { ...exportDefaults, ...options, store, patiently, signal, onEvent });
  } catch (error) {
    if (store !== undefined || !signal.aborted) throw error;
    const nothing = { segments: 0, gaps: 0, seconds: 0, bytes: 0, over: false, interrupted: true };
    return { stream: options.stream, place: shown, ...nothing };
  } finally {
    store?.close();
  }
}
