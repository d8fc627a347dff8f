/** All rows, in the order of the table. */
import { brokerRows } from './broker-rows.ts';
import { clusterRows } from './cluster-rows.ts';
import { networkRows } from './network-rows.ts';
import type { FaultRow } from './row.ts';

export const rows: readonly FaultRow[] = [...brokerRows, ...networkRows, ...clusterRows];
