import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fixture } from './fixture.ts';
import { longestFile, strayKafkaLibrary, strayTerminalUse, tooLong, wrongDirections } from './rules.ts';
import { readSource } from './source.ts';

const folder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const project = readSource(folder);

/** The page's own scripts, as their own `tsconfig.json` names them. */
const page = readSource(`${folder}/web`).map((facts) => ({ ...facts, path: `web/${facts.path}` }));

test('the source is found', () => {
  assert.ok(page.some(({ path }) => path === 'web/player.js'));
  assert.ok(project.some(({ path }) => path === 'src/index.ts'));
  assert.ok(project.some(({ path }) => path === 'test/house/source.test.ts'));
});

test('imports follow the way of the data', () => assert.deepEqual(wrongDirections(project), []));
test('only src/kafka knows the Kafka library', () => assert.deepEqual(strayKafkaLibrary(project), []));
test('only the command line and the demo use the terminal', () =>
  assert.deepEqual(strayTerminalUse(project), []));
test('no file is too long', () => assert.deepEqual(tooLong([...project, ...page]), []));

test('an import against the way of the data is found, in whatever form it comes', async (t) => {
  const files = await fixture(t, {
    'src/errors.ts': "export const a = 1;\nexport type { B } from './log.ts';\n",
    'src/log.ts': "import { c } from './records/c.ts';\nexport type B = typeof c;\n",
    'src/records/c.ts': "import type { D } from '../files/d.ts';\nexport const c: D = 1;\n",
    'src/files/d.ts': "export type D = number;\nexport const cli = () => import('../cli/main.ts');\n",
    'src/cli/main.ts': "export const face = () => import('../index.ts');\n",
    'src/demo/main.ts': "import '../index.ts';\nexport {};\n",
    'src/index.ts': "export { c } from './records/c.ts';\nexport * from './cli/main.ts';\n",
    'src/broker/e.ts': "// import '../cli/main.ts'\nexport const text = \"import '../cli/main.ts'\";\n",
    'src/elsewhere/f.ts': "import '../errors.ts';\n",
  });
  assert.deepEqual(wrongDirections(files).sort(), [
    'src/cli/main.ts must not import src/index.ts',
    'src/elsewhere/f.ts must not import src/errors.ts',
    'src/files/d.ts must not import src/cli/main.ts',
    'src/index.ts must not import src/cli/main.ts',
    'src/log.ts must not import src/records/c.ts',
    'src/records/c.ts must not import src/files/d.ts',
  ]);
});

test('the Kafka library is found outside src/kafka', async (t) => {
  const text = "import type { Base } from '@platformatic/kafka';\nexport type A = Base;\n";
  const files = await fixture(t, { 'src/kafka/a.ts': text, 'src/files/a.ts': text });
  assert.deepEqual(strayKafkaLibrary(files), [
    'src/files/a.ts must not import the Kafka library; only src/kafka may',
  ]);
});

test('use of the terminal is found outside the command line and the demo', async (t) => {
  const text = 'declare const process: any;\nif (process.argv.length > 2) process.exit(process.pid);\n';
  const files = await fixture(t, { 'src/cli/a.ts': text, 'src/demo/a.ts': text, 'src/stores/a.ts': text });
  assert.deepEqual(strayTerminalUse(files), [
    'src/stores/a.ts must not use process.argv; only src/cli and src/demo may',
    'src/stores/a.ts must not use process.exit; only src/cli and src/demo may',
  ]);
});

test('a file with one line too many is found', async (t) => {
  const files = await fixture(t, {
    'src/files/just.ts': '//\n'.repeat(longestFile),
    'src/files/over.ts': '//\n'.repeat(longestFile + 1),
  });
  assert.deepEqual(tooLong(files), ['src/files/over.ts has 301 lines; the limit is 300']);
});
