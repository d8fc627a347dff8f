/** All defects that are put back, room by room. One that was mended adds an entry: what it broke, and the edit that brings it back. */
import type { Defect } from './defect.ts';
import { attributes } from './entries/attributes.ts';
import { cluster } from './entries/cluster.ts';
import { consoles } from './entries/console.ts';
import { consolePage } from './entries/console-page.ts';
import { consuming } from './entries/consuming.ts';
import { copied } from './entries/copied.ts';
import { defences } from './entries/defences.ts';
import { durable } from './entries/durable.ts';
import { encoding } from './entries/encoding.ts';
import { exporting } from './entries/exporting.ts';
import { gcs } from './entries/gcs.ts';
import { ingesting } from './entries/ingesting.ts';
import { machine } from './entries/machine.ts';
import { names } from './entries/names.ts';
import { page } from './entries/page.ts';
import { producing } from './entries/producing.ts';
import { proving } from './entries/proving.ts';
import { reading } from './entries/reading.ts';
import { receiving } from './entries/receiving.ts';
import { sendersTimes } from './entries/senders-times.ts';
import { sending } from './entries/sending.ts';
import { servers } from './entries/servers.ts';
import { serving } from './entries/serving.ts';
import { settling } from './entries/settling.ts';
import { standingBy } from './entries/standing-by.ts';
import { stores } from './entries/stores.ts';

export const defects: readonly Defect[] = [
  ...durable,
  ...names,
  ...attributes,
  ...receiving,
  ...copied,
  ...sending,
  ...reading,
  ...producing,
  ...consuming,
  ...cluster,
  ...proving,
  ...servers,
  ...serving,
  ...encoding,
  ...page,
  ...consolePage,
  ...machine,
  ...defences,
  ...stores,
  ...gcs,
  ...exporting,
  ...ingesting,
  ...sendersTimes,
  ...settling,
  ...standingBy,
  ...consoles,
];
