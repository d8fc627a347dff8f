/** The console's page where something is not as usual: links, clocks, addresses, a hand that lets go, somebody who signed out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFixture } from '../console/fixture-server.ts';
import { violationsOf } from '../console/page.ts';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';

const quiet = { every: 0, files: 100 } as const;

test('a link is followed where the console is open, and whoever signed out sees nothing, whatever is pressed', async (t) => {
  const server = await startFixture(t, { ...quiet, key: 'k'.repeat(32) });
  const page = await openPage(t);
  const signIn = page.getByRole('heading', { name: 'Sign in' });
  await page.goto(`${server.url}#token=%`);
  await page.getByRole('alert').getByText('This token is not valid here').waitFor();
  await page.goto(`${server.url}#/uploaders`);
  await page.goto(`${server.url}#token=${server.token('look')}`);
  await page.locator('#view-uploaders .rows .row:not([hidden])').first().waitFor();
  assert.match(page.url(), /#\/uploaders$/, 'where they were');
  await page.goto(`${server.url}#/topics`);
  await page.locator('#view-topics .card').first().waitFor();
  // The server knows them no more.
  await page.context().clearCookies();
  await page.goto(`${server.url}#/files?state=failed`);
  await signIn.waitFor();
  await page.goBack();
  await page.getByLabel('Token').blur();
  await page.keyboard.press('3');
  await page.waitForTimeout(300);
  assert.equal(await page.locator('.view').filter({ visible: true }).count(), 0);

  await page.goto(`${server.url}#token=${server.token('look')}`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn.waitFor();
  assert.match(await page.title(), /^Sign in/);
});

test('the address, the search field and the focus are of one mind', async (t) => {
  const server = await startFixture(t, quiet);
  const page = await openPage(t);
  await page.goto(`${server.url}#/uploaders`);
  await page.locator('#view-uploaders').getByText('50 uploaders').waitFor();
  await page.goto(`${server.url}#/uploaders?search=till-07`);
  const field = page.getByRole('searchbox', { name: 'Search uploaders' });
  await field.focus();
  await page.goBack();
  await page.locator('#view-uploaders').getByText('50 uploaders').waitFor();
  assert.equal(await field.inputValue(), '');

  await page.goto(`${server.url}#/files?state=constructor`);
  await page.getByText('100 files', { exact: true }).first().waitFor();
  await page.getByRole('searchbox', { name: 'Search files' }).fill('abc');
  await page.getByRole('link', { name: /^Uploaders/ }).click();
  await page.waitForTimeout(300);
  assert.match(page.url(), /#\/uploaders$/, 'what was typed is not searched elsewhere');

  const [common, now] = [{ size: 7777, done: 7777, upload: 'u', state: 'sent' } as const, Date.now()];
  const rowOf = (path: string) => ({ id: `u/${path}`, uploader: 'u', path, mtime: now, at: now, ...common });
  server.model.change([rowOf('a')]);
  server.model.change(Array.from({ length: 2000 }, (_, index) => rowOf(`a${index}`)));
  await page.goto(server.url);
  await page.goto(`${server.url}#/files?open=u%2Fa`);
  await page.locator('#drawer .facts').getByText('7.78 kB').waitFor();

  const grid = page.getByRole('grid').filter({ visible: true });
  for (const from of ['#/uploaders?open=till-07', '#/overview']) {
    await page.goto(server.url);
    await page.goto(`${server.url}${from}`);
    if (from === '#/overview') await page.locator('.wrongs a').first().press('Enter');
    await page.locator('#drawer .facts').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#drawer').waitFor({ state: 'hidden' });
    assert.ok(await grid.evaluate((each) => each.matches(':focus')), `the list has the focus, from ${from}`);
  }
});

test('what a hand lets go of elsewhere, what fails once, and a clock that is wrong', async (t) => {
  const server = await startFixture(t, quiet);
  const page = await openPage(t);
  await page.addInitScript('const now = Date.now; Date.now = () => now() - 3 * 86_400_000;');
  await page.route('**/assets/plots.js', (route) => route.abort());
  await page.goto(server.url);
  await page.getByRole('button', { name: 'Send files' }).waitFor();
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [import.meta.filename], dragOperationsMask: 1 };
  await page.evaluate(`{
    const card = document.createElement('div');
    card.id = 'passing';
    card.style.cssText = 'position: fixed; inset: 200px auto auto 200px; width: 200px; height: 200px; z-index: 9';
    document.body.append(card);
  }`);
  await session.send('Input.dispatchDragEvent', { type: 'dragEnter', x: 100, y: 300, data });
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', x: 300, y: 300, data });
  await page.getByText('Drop to send').waitFor();
  await page.evaluate(`document.getElementById('passing').remove()`);
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', x: 350, y: 310, data });
  await session.send('Input.dispatchDragEvent', { type: 'dragCancel', x: 350, y: 310, data });
  await page.getByText('Drop to send').waitFor({ state: 'hidden' });

  await page.unroute('**/assets/plots.js');
  await page.goto(`${server.url}#/files?state=failed`);
  const { fileHistory } = server.model;
  server.model.fileHistory = async () => {
    server.model.fileHistory = fileHistory;
    return [];
  };
  await page.locator('#view-files .rows .row:not([hidden])').first().click();
  await page.getByText('The topic knows nothing of this file.').waitFor();
  await page.locator('#drawer .history').getByText('26 hours ago').waitFor();
  await page.goto(`${server.url}#/overview`);
  await waitFor(async () => (await page.locator('.canvas canvas').count()) === 4, { what: 'plots, later' });
});

test('keys of senders are made, told once and taken back by administrators alone', async (t) => {
  const server = await startFixture(t, { ...quiet, key: 'k'.repeat(32) });
  const page = await openPage(t);
  await page.goto(`${server.url}#token=${server.token('send')}`);
  await page.getByRole('link', { name: /^Topics/ }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Keys' }).count(), 0);
  await page.goto(`${server.url}#token=${server.token('administer')}`);
  await page.getByRole('link', { name: 'Keys' }).click();
  await page.getByText('There is no key yet.').waitFor();
  await page.getByRole('textbox', { name: 'Stream' }).fill('..');
  await page.keyboard.press('Enter');
  await page.getByText('No key was made. ".." is no name of a stream').waitFor();
  await page.getByRole('textbox', { name: 'Stream' }).fill('cam-*');
  await page.getByRole('textbox', { name: 'Whose' }).fill('<i>north</i>');
  const good = page.getByRole('combobox', { name: 'Good' });
  await good.focus();
  await page.keyboard.press('1');
  assert.match(page.url(), /#\/keys$/, 'a letter that chooses is no key of the page');
  await good.selectOption('for a week');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const told = page.getByRole('textbox', { name: 'The key for cam-*' });
  assert.match(await told.inputValue(), /^key-of-/);
  assert.ok(await told.evaluate((each) => each.matches(':focus')));
  await page.getByText('<i>north</i> · made just now · good for 7 days yet').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.goto(`${server.url}#/topics`);
  await page.goto(`${server.url}#/keys`);
  await page.getByText('cam-*').first().waitFor();
  assert.equal(await told.count(), 0, 'told once');
  const press = page.getByRole('button', { name: 'Take back the key for cam-*' });
  await press.click();
  await page.getByText('is sent away. Press again').waitFor();
  await press.click();
  await page.getByText('There is no key.').waitFor();
});

test('lists are sorted by their heads, and the address knows how', async (t) => {
  const server = await startFixture(t, quiet);
  const page = await openPage(t);
  await page.goto(`${server.url}#/uploaders`);
  const head = page.getByRole('columnheader', { name: 'Sent' });
  const rows = page.locator('#view-uploaders .rows .row:not([hidden])');
  await rows.first().waitFor();
  const largest = server.model.sections().uploaders.toSorted((a, b) => b.sentBytes - a.sentBytes);
  const first = async (): Promise<string> => page.locator('.row[aria-rowindex="2"]').first().innerText();
  await head.getByRole('button').click();
  await waitFor(async () => (await first()).startsWith(largest[0]?.id ?? ''), {
    what: 'the largest first',
  });
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
  await head.getByRole('button').press('Enter');
  await waitFor(async () => (await first()).startsWith(largest.at(-1)?.id ?? ''), { what: 'the smallest' });
  assert.equal(await head.getAttribute('aria-sort'), 'ascending');
  assert.match(page.url(), /sort=sent$/);
  await head.getByRole('button').click();
  assert.equal(await head.getAttribute('aria-sort'), null);
  assert.doesNotMatch(page.url(), /sort/);
});

test('a page that nobody looks at gives its line back, and its title tells all the same', async (t) => {
  const server = await startFixture(t, { ...quiet, isFine: true });
  const page = await openPage(t);
  await page.clock.install();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url().replace(/^.*\/api\//, '')));
  await page.goto(server.url);
  await page.getByRole('status').getByText('Live').waitFor();
  const seen = (isHidden: boolean) =>
    page.evaluate(`
      Object.defineProperty(document, 'hidden', { get: () => ${isHidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'))`);
  const times = (path: string) => asked.filter((one) => one === path).length;
  await seen(true);
  await waitFor(async () => times('history') === 1, { what: 'what was' });
  for (let passed = 0; passed < 63_000; passed += 9000) {
    // Something is heard every few seconds, or the line is thought to be dead.
    server.model.setTrouble(undefined);
    await page.waitForTimeout(60);
    await page.clock.fastForward(9000);
  }
  await waitFor(async () => times('overview') === 1, { what: 'what is, when it asked' });
  const [first, ...others] = server.model.sections().downloaders;
  assert.ok(first);
  server.model.sets({ downloaders: [{ ...first, overtakenIn: 600 }, ...others] });
  await page.clock.fastForward(31_000);
  await waitFor(async () => /^overtaken in 10 min/.test(await page.title()), {
    what: 'a title that tells it',
  });
  assert.deepEqual([times('events'), times('overview'), times('history')], [1, 2, 1]);
  await seen(false);
  await waitFor(async () => times('events') === 2, { what: 'the line again' });
  await page.getByRole('status').getByText('Live').waitFor();
  await waitFor(async () => times('history') === 2, { what: 'what was, once' });
  await seen(true);
  await seen(false);
  assert.equal(times('history'), 2, 'it has come with the line since then');
});

test('a page that was opened behind another one has the last hours once it is seen', async (t) => {
  const server = await startFixture(t, quiet);
  const page = await openPage(t);
  await page.addInitScript(`
    globalThis.isHidden = true;
    Object.defineProperty(document, 'hidden', { get: () => globalThis.isHidden })`);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url().replace(/^.*\/api\//, '')));
  await page.goto(server.url);
  await page.getByRole('status').getByText('Live').waitFor();
  assert.ok(!asked.includes('history'));
  await page.evaluate(`
    globalThis.isHidden = false;
    document.dispatchEvent(new Event('visibilitychange'))`);
  await page.locator('.plot canvas').first().waitFor();
  assert.equal(asked.filter((one) => one === 'history').length, 1);
});
