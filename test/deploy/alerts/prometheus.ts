/** A Prometheus of this machine, with the rules of the repository in shorter time, that is asked what fires. */
import { renameSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../../src/broker/ports.ts';
import { temporaryFolder } from '../../support/folder.ts';
import type { Owner } from '../../support/owner.ts';
import { startCommand } from '../../support/process.ts';
import { waitFor } from '../../support/wait.ts';
import { scaledRules } from './scaled-rules.ts';

const host = '127.0.0.1';
/** Ports that this process has given to somebody. */
export const taken = new Set<number>();

export interface RunningPrometheus {
  readonly url: string;
  /** Has a process scraped from now on, as the instance of that name. */
  add(instance: string, port: number): void;
  /** Whether an alert fires whose labels have these values. */
  fires(alert: string, labels: Readonly<Record<string, string>>): Promise<boolean>;
  /** Samples that an expression has had anywhere in the last so many seconds. */
  samples(expression: string, seconds: number): Promise<number>;
}

/** Scrapes every two seconds. Ends with its owner. */
export async function startPrometheus(
  owner: Owner & Parameters<typeof temporaryFolder>[0],
): Promise<RunningPrometheus> {
  const folder = await temporaryFolder(owner);
  const targets = join(folder, 'targets.json');
  const rules = await readFile(new URL('../../../deploy/prometheus/rules.yaml', import.meta.url), 'utf8');
  const port = await freePort(host, taken);
  await Promise.all([
    writeFile(targets, '[]'),
    writeFile(join(folder, 'rules.yaml'), scaledRules(rules)),
    writeFile(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s }
rule_files: [rules.yaml]
scrape_configs:
  - job_name: sluice
    file_sd_configs: [{ files: [targets.json], refresh_interval: 1s }]
`,
    ),
  ]);
  const command = startCommand(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${host}:${port}`,
      '--log.level=warn',
    ],
    {},
    owner,
  );
  const url = `http://${host}:${port}`;
  await waitFor(
    async () => {
      if (command.child.exitCode !== null) throw new Error(command.output.stderr);
      return (await fetch(`${url}/-/ready`)).ok;
    },
    { what: 'Prometheus' },
  );
  const known: object[] = [];
  const ask = async (path: string): Promise<Answer> => (await (await fetch(url + path)).json()) as Answer;
  return {
    url,
    add(instance, at) {
      known.push({ targets: [`${host}:${at}`], labels: { instance } });
      // At once: several are added at a time.
      writeFileSync(`${targets}.new`, JSON.stringify(known));
      renameSync(`${targets}.new`, targets);
    },
    async fires(alert, labels) {
      const { data } = await ask('/api/v1/alerts');
      return (data?.alerts ?? []).some(
        (one) =>
          one.state === 'firing' &&
          one.labels.alertname === alert &&
          Object.entries(labels).every(([name, value]) => one.labels[name] === value),
      );
    },
    async samples(expression, seconds) {
      const end = Date.now() / 1000;
      const query = { query: expression, start: String(end - seconds), end: String(end), step: '1' };
      const { data, error } = await ask(`/api/v1/query_range?${new URLSearchParams(query)}`);
      if (data === undefined) throw new Error(`${expression}: ${error}`);
      return (data.result ?? []).reduce((sum, { values }) => sum + values.length, 0);
    },
  };
}

interface Answer {
  readonly error?: string;
  readonly data?: {
    readonly alerts?: readonly {
      readonly state: string;
      readonly labels: Readonly<Record<string, string>>;
    }[];
    readonly result?: readonly { readonly values: readonly unknown[] }[];
  };
}
