import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testBroker } from '../support/broker.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Finished, runCommand, startCommand } from '../support/process.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
/** The Node that runs this test comes first, and of npm's variables none, as in somebody else's shell. */
const environment: Record<string, string | undefined> = {
  ...Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^npm_/i.test(name))
      .map((name) => [name, undefined]),
  ),
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
};

async function succeed(command: string, args: readonly string[], cwd: string): Promise<Finished> {
  const finished = await runCommand(command, args, { cwd, env: environment });
  assert.equal(finished.code, 0, `${command} ${args.join(' ')}: ${finished.stdout}${finished.stderr}`);
  return finished;
}

/** An empty project elsewhere, with the packed package as its only dependency. */
async function installElsewhere(t: TestContext): Promise<{ project: string; packed: readonly string[] }> {
  const project = await temporaryFolder(t);
  const { stdout } = await succeed('npm', ['pack', '--json', '--pack-destination', project], repository);
  const [report]: { filename: string; files: { path: string }[] }[] = JSON.parse(
    stdout.slice(stdout.indexOf('[')),
  );
  assert.ok(report);
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'elsewhere', private: true, type: 'module' }),
  );
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${report.filename}`];
  await succeed('npm', install, project);
  return { project, packed: report.files.map(({ path }) => path) };
}

test('the packed package installs elsewhere, runs there and can be imported', async (t) => {
  const { project, packed } = await installElsewhere(t);
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'));

  for (const needed of [
    'LICENSE',
    'README.md',
    'FORMAT.md',
    'dist/cli/main.js',
    'dist/threads/kafka-wire-block-encoder-thread.js',
    'dist/types/index.d.ts',
    'dist/web/index.html',
    'dist/web/hls.mjs',
    'dist/web/console/index.html',
    'dist/web/console/uplot.mjs',
    'dist/LICENSES.txt',
  ]) {
    assert.ok(packed.includes(needed), `${needed} is packed`);
  }
  assert.deepEqual(
    packed.filter((path) => /\.test\.|^(?:src|test)\/|(?<!\.d)\.m?ts$|tsconfig/.test(path)),
    [],
  );

  assert.equal((await succeed('npx', ['sluice', '--version'], project)).stdout, `${version}\n`);
  const help = (await succeed('npx', ['sluice', '--help'], project)).stdout;
  for (const verb of ['upload', 'download', 'list', 'cat', 'verify', 'live', 'serve', 'broker', 'doctor'])
    assert.match(help, new RegExp(`^  ${verb} `, 'm'));

  const program =
    "const face = await import('sluice'); console.log(typeof face.upload, typeof face.download);";
  assert.equal(
    (await succeed('node', ['--input-type=module', '-e', program], project)).stdout,
    'function function\n',
  );

  await isSmall(project);
  await compilesStrictly(project);
  await loadsFewFiles(project);
  await asksForWhatItLacks(project);
  await movesFiles(t, project);
  await servesThePage(t, project);
});

/** What an uploader does not need, nobody has to install for it. */
async function isSmall(project: string): Promise<void> {
  const { packages } = JSON.parse(
    await readFile(join(project, 'node_modules', '.package-lock.json'), 'utf8'),
  );
  const names = Object.keys(packages);
  assert.ok(names.length <= 4, `${names.length} packages: ${names.join(', ')}`);
  const entries = await readdir(join(project, 'node_modules'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  const size = sizes.reduce((sum, one) => sum + one, 0);
  assert.ok(size <= 10_000_000, `${size} bytes`);
}

/** By a compiler that believes nothing, and looks into every declaration. Of packages it has Node's types alone. */
async function compilesStrictly(project: string): Promise<void> {
  await writeFile(
    join(project, 'program.ts'),
    `import { createServer } from 'node:http';
    import { addPublishPage, download, ingest, serve, SluiceError, upload, type UploadOptions } from 'sluice';
    const kafka = { 'bootstrap.servers': 'localhost:9092' };
    const options: UploadOptions = { from: 'outbox', topic: 'files', name: 'shop', kafka, once: true };
    export const sent: number = (await upload({ ...options, onEvent: ({ type }) => void type.length })).files;
    export const running = [serve, ingest, download, () => addPublishPage({ server: createServer() })];
    export const isOurs = (error: unknown): error is SluiceError => error instanceof SluiceError;
    // @ts-expect-error What is no option is told.
    export const wrong: UploadOptions = { ...options, topics: 'files' };
    `,
  );
  const types = join(repository, 'node_modules', '@types');
  const options = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit'];
  const modules = ['--module', 'nodenext', '--target', 'es2024', '--skipLibCheck', 'false'];
  const program = [...options, ...modules, '--typeRoots', types, '--types', 'node', 'program.ts'];
  await succeed(join(repository, 'node_modules', '.bin', 'tsc'), program, project);
}

/** Each file costs half a millisecond: what the command loads before it does anything was 262 of them. */
async function loadsFewFiles(project: string): Promise<void> {
  const counter = join(project, 'counter.mjs');
  await writeFile(
    counter,
    `import { registerHooks } from 'node:module';
    let files = 0;
    registerHooks({
      load(url, context, next) {
        if (url.startsWith('file:')) files += 1;
        return next(url, context);
      },
    });
    process.on('exit', () => console.error(files));`,
  );
  const program = join(project, 'node_modules', 'sluice', 'dist', 'cli', 'main.js');
  const { stderr } = await succeed('node', ['--import', counter, program, '--version'], project);
  assert.ok(Number(stderr) <= 60, `${stderr.trim()} files are loaded`);
}

/** The libraries of stores are nobody's but those who use them. */
async function asksForWhatItLacks(project: string): Promise<void> {
  assert.ok(!existsSync(join(project, 'node_modules', '@aws-sdk')));
  const args = ['sluice', 'upload', '--from', 's3://bucket/x', '--topic', 'files'];
  const { code, stderr } = await runCommand('npx', args, { cwd: project, env: environment });
  assert.equal(code, 2, stderr);
  assert.match(
    stderr,
    /^sluice: s3:\/\/ needs a package that is not installed: npm install @aws-sdk\/client-s3 [^\n]*\n$/,
  );
}

/** Also by what threads do, whose files are named by where they lie. */
async function movesFiles(t: TestContext, project: string): Promise<void> {
  const { bootstrapServers } = await testBroker();
  const reach = ['--topic', uniqueTopic(), '--bootstrap-servers', bootstrapServers, '--once'];
  const [from, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  const text = 'a line of text that is compressed well\n'.repeat(10_000);
  await writeFile(join(from, 'a.txt'), text);
  const sending = ['--from', from, '--name', 'shop', '--min-age', '0', '--compression', 'snappy'];
  await succeed('npx', ['sluice', 'upload', ...sending, ...reach], project);
  await succeed('npx', ['sluice', 'download', '--to', to, ...reach], project);
  assert.equal(await readFile(join(to, 'shop', 'a.txt'), 'utf8'), text);
}

/** The page and its player come out of the package, wherever it was installed. */
async function servesThePage(t: TestContext, project: string): Promise<void> {
  const { bootstrapServers } = await testBroker();
  const args = [
    'serve',
    '--json',
    '--port',
    '0',
    '--topic',
    uniqueTopic(),
    '--bootstrap-servers',
    bootstrapServers,
  ];
  const program = join(project, 'node_modules', 'sluice', 'dist', 'cli', 'main.js');
  const server = startCommand(process.execPath, [program, ...args], { cwd: project, env: environment }, t);
  const url = await waitFor(() => /"url":"([^"]+)"/.exec(server.output.stdout)?.[1], {
    what: 'the address of the server',
  });
  for (const path of ['/', '/assets/main.js', '/assets/hls.mjs']) {
    const answer = await fetch(`${url}${path}`);
    assert.equal(answer.status, 200, path);
    assert.ok((await answer.text()).length > 500, path);
  }
}
