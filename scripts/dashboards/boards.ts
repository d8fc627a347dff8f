/** All dashboards. */
import { files } from './files.ts';
import { kafka } from './kafka.ts';
import { live } from './live.ts';
import { overview } from './overview.ts';
import type { Board } from './panel.ts';

export const boards: readonly Board[] = [overview, files, live, kafka];
