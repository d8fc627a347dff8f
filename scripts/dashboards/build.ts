/** Writes `deploy/grafana/dashboards` from what stands here: `npm run build:dashboards`. */
import { writeFile } from 'node:fs/promises';
import { boards } from './boards.ts';
import { dashboardJson } from './json.ts';

for (const board of boards)
  await writeFile(
    new URL(`../../deploy/grafana/dashboards/${board.name}.json`, import.meta.url),
    dashboardJson(board),
  );
