import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importCircles } from './circles.ts';
import { fixture } from './fixture.ts';
import { readSource } from './source.ts';

const project = readSource(fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''));

/** A circle that is still to be opened; no other may come. */
const known = ['src/delivery/http/archive-routes.ts'];

test('no imports go in a circle', () => {
  const circles = importCircles(project);
  assert.deepEqual(
    circles.filter((circle) => !known.some((path) => circle.startsWith(`${path} -> `))),
    [],
  );
});

test('circles are found, of one file, of several, and of types alone', async (t) => {
  const files = await fixture(t, {
    'src/own/a.ts': "export * from './a.ts';\n",
    'src/types/a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;\n",
    'src/types/b.ts': "export type B = import('./c.ts').C;\n",
    'src/types/c.ts': "import type { A } from './a.ts';\nexport type C = A[];\n",
    'src/late/a.ts': "export const b = () => import('./b.ts');\n",
    'src/late/b.ts': "import './a.ts';\nimport '../diamond/a.ts';\nexport {};\n",
    'src/diamond/a.ts': "import './b.ts';\nimport './c.ts';\n",
    'src/diamond/b.ts': "import './d.ts';\n",
    'src/diamond/c.ts': "import './d.ts';\nimport 'node:fs';\n",
    'src/diamond/d.ts': 'export {};\n',
  });
  assert.deepEqual(importCircles(files), [
    'src/late/a.ts -> src/late/b.ts -> src/late/a.ts',
    'src/own/a.ts -> src/own/a.ts',
    'src/types/a.ts -> src/types/b.ts -> src/types/c.ts -> src/types/a.ts',
  ]);
});

test('two circles that share a file are both found', async (t) => {
  const files = await fixture(t, {
    'src/a.ts': "import './b.ts';\nimport './c.ts';\n",
    'src/b.ts': "import './a.ts';\n",
    'src/c.ts': "import './a.ts';\n",
  });
  assert.deepEqual(importCircles(files), [
    'src/a.ts -> src/b.ts -> src/a.ts',
    'src/c.ts -> src/a.ts -> src/c.ts',
  ]);
});
