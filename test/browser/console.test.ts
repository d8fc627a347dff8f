/** The console's page in a browser, over its own server and a cluster that is made up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { startFixture } from '../console/fixture-server.ts';
import { overflowOf, violationsOf } from '../console/page.ts';
import { waitFor } from '../support/wait.ts';
import { openPage } from './browser.ts';

const quiet = { every: 0 } as const;
const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** Whatever a reader of the list is told. */
function gridOf(page: Page) {
  return page.getByRole('grid').filter({ visible: true });
}

/** Each view, and how one knows that it is there. */
const views: readonly (readonly [hash: string, there: string])[] = [
  ['#/overview', '.canvas canvas'],
  ['#/files?state=failed', '#view-files .rows .row:not([hidden])'],
  ['#/uploaders?open=till-07', '#drawer .facts'],
  ['#/downloaders', '#view-downloaders .rows .row:not([hidden])'],
  ['#/streams', '#view-streams .card'],
  ['#/topics', '#view-topics .card'],
  ['#/keys', '#view-keys .key-form'],
];

test('every view can be used by everybody, light and dark', async (t) => {
  const server = await startFixture(t, { ...quiet, files: 1000 });
  const page = await openPage(t, { colorScheme: 'light', reducedMotion: 'reduce' });
  const look = async (where: string): Promise<void> => {
    assert.deepEqual(await violationsOf(page), [], where);
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await violationsOf(page, 'of colours'), [], `${where}, dark`);
    await page.emulateMedia({ colorScheme: 'light' });
  };
  for (const [hash, there] of views) {
    await page.goto(`${server.url}${hash}`);
    await page.locator(there).first().waitFor();
    await look(hash);
  }
  await page.goto(`${server.url}#/files?state=failed`);
  await page.locator('#view-files .rows .row:not([hidden])').first().click();
  await page.locator('#drawer .history li').first().waitFor();
  await look('a file in the drawer');
});

test('every view has room on a phone', async (t) => {
  const server = await startFixture(t, { ...quiet, files: 1000 });
  const page = await openPage(t, phone);
  for (const [hash, there] of views) {
    await page.goto(`${server.url}${hash}`);
    await page.locator(there).first().waitFor();
    assert.ok((await overflowOf(page)) <= 0, `${hash} sticks out`);
  }
  await page.goto(`${server.url}#/files?open=drone-05%2Fflight-21%2F00020.pdf`);
  await page.locator('#drawer .history li').first().waitFor();
  assert.deepEqual(await violationsOf(page), [], 'a file in the drawer, and nothing behind it');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.locator('#drawer').waitFor({ state: 'hidden' });
  assert.doesNotMatch(page.url(), /open=/);
});

test('a list of 10,000 files, by keyboard, search and Back', async (t) => {
  const server = await startFixture(t, quiet);
  const page = await openPage(t);
  await page.goto(server.url);
  await page.getByRole('status').getByText('Live').waitFor();
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Search files' });
  await search.waitFor();
  assert.ok(await search.evaluate((each) => each.matches(':focus')), '/ searches');
  const grid = gridOf(page);
  await waitFor(async () => (await grid.getAttribute('aria-rowcount')) === '10001', { what: 'all files' });
  assert.ok((await page.locator('.rows > .row').count()) < 60, 'only what is seen is there');

  await grid.focus();
  await page.keyboard.press('End');
  const last = page.locator('.row[aria-rowindex="10001"]');
  await waitFor(async () => /09999/.test(await last.innerText()), { what: 'the last file is read' });
  assert.equal(await grid.getAttribute('aria-activedescendant'), await last.getAttribute('id'));
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('complementary');
  await drawer.getByRole('heading', { name: '00001.tif' }).waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  assert.ok(await grid.evaluate((each) => each.matches(':focus')), 'the focus is where it was');

  await search.fill('*.csv');
  await waitFor(async () => /search=/.test(page.url()), { what: 'the address says what is searched' });
  await page.getByText('1,665 files', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Failed' }).click();
  await page.getByText('0 files', { exact: true }).first().waitFor();
  await page.getByText('No file is like this.').waitFor();
  await page.goBack();
  await page.getByText('1,665 files', { exact: true }).first().waitFor();
  assert.equal(await search.inputValue(), '*.csv');
});

test('what strangers call their files is text, and what would not be seen is', async (t) => {
  const server = await startFixture(t, { ...quiet, files: 40 });
  const now = Date.now();
  const path = '<img src=x onerror=alert(1)>/a  a\u202egpj.exe';
  const row = {
    id: `till-01/${path}`,
    uploader: 'till-01',
    path,
    size: 5,
    done: 5,
    mtime: now,
    at: now,
    upload: 'u',
    state: 'failed',
    reason: '<b>no</b>\u0007',
  } as const;
  server.model.change([row]);
  const page = await openPage(t);
  await page.goto(`${server.url}#/files?open=${encodeURIComponent(row.id)}`);
  const title = page.getByRole('heading', { name: 'a\\u202egpj.exe' });
  await title.waitFor();
  assert.match(await title.innerText(), /a {2}a/, 'two spaces are two');
  await page.locator('#drawer .facts').getByText('<b>no</b>\\x07').waitFor();
  assert.equal(await page.locator('main img, #drawer img, main b, #drawer b').count(), 0);
});

test('what changes is seen, what is wrong is in the title, and a line that is down is told', async (t) => {
  const server = await startFixture(t, { ...quiet, isFine: true });
  const page = await openPage(t);
  await page.goto(server.url);
  await page.getByText('Nothing is wrong.').waitFor();
  assert.equal(await page.title(), 'Overview – Sluice');
  const [first, ...others] = server.model.sections().downloaders;
  assert.ok(first);
  server.model.sets({ downloaders: [{ ...first, overtakenIn: 600 }, ...others] });
  await page.getByRole('link', { name: /Retention overtakes downloader office in 10 minutes/ }).waitFor();
  await waitFor(async () => /^overtaken in 10 min/.test(await page.title()), {
    what: 'a title that tells it',
  });
  server.model.setTrouble('kafka-1:9092 does not answer');
  await page.getByRole('alert').getByText('Kafka cannot be asked: kafka-1:9092 does not answer').waitFor();
  await waitFor(async () => /^Kafka is away/.test(await page.title()), { what: 'a title that tells it' });
  server.model.setTrouble(undefined);
  await page.getByRole('alert').waitFor({ state: 'hidden' });

  const { port } = new URL(server.url);
  await server.close();
  await page
    .getByRole('alert')
    .getByText(/The console cannot be reached since .* What you see was so then/)
    .waitFor();
  await waitFor(async () => /^no connection/.test(await page.title()), { what: 'a title that tells it' });
  await startFixture(t, { ...quiet, isFine: true, port: Number(port) });
  await page.getByRole('status').getByText('Live').waitFor();
  await page.getByRole('alert').waitFor({ state: 'hidden' });
});

test('who has no token signs in, and is offered what the token allows', async (t) => {
  const server = await startFixture(t, { ...quiet, key: 'k'.repeat(32), files: 100 });
  const page = await openPage(t);
  await page.goto(`${server.url}#/files?state=failed`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.deepEqual(await violationsOf(page), []);
  const token = page.getByLabel('Token');
  await token.fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('This token is not valid here').waitFor();
  await token.fill(server.token('look'));
  await page.keyboard.press('Enter');
  await page.locator('.rows .row:not([hidden])').first().click();
  await page.locator('#drawer .history li').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Send files' }).isVisible(), false);
  assert.equal(await page.locator('#drawer .actions > *').count(), 0);

  await page.goto(`${server.url}#token=${server.token('administer')}`);
  await page.reload();
  await page.getByRole('button', { name: 'Send files' }).waitFor();
  assert.doesNotMatch(page.url(), /token/);
  await page.goto(`${server.url}#/files?state=failed`);
  await page.locator('.rows .row:not([hidden])').first().click();
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.getByText('sends it again when it next looks').waitFor();
  assert.equal(server.resent.length, 1);
  const fetched = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Fetch', exact: true }).click();
  assert.equal((await fetched).suggestedFilename(), '00020.pdf');
});

test('a row that is pressed while its list is filled anew is opened', async (t) => {
  const server = await startFixture(t, { ...quiet, files: 10 });
  const page = await openPage(t);
  await page.goto(`${server.url}#/files`);
  const opened = await page.evaluate(`(async () => {
    const { Rows } = await import('./assets/rows.js');
    const host = document.createElement('div');
    host.style.cssText = 'display: grid; height: 400px; width: 400px';
    document.body.replaceChildren(host);
    const told = [];
    const build = () => {
      const cell = document.createElement('div');
      return { cells: [cell], fill: ({ id }) => cell.replaceChildren(id) };
    };
    const common = { idOf: ({ id }) => id, onOpen: ({ id }) => told.push(id) };
    const rows = new Rows({ host, label: 'rows', columns: [{ head: 'Name', kind: '' }], build, ...common });
    const at = (index) => ({ id: 'row ' + index });
    rows.show(3, at);
    while (host.querySelector('.rows .row') === null) await new Promise(requestAnimationFrame);
    rows.show(3, at);
    host.querySelector('.rows .row').click();
    return told;
  })()`);
  assert.deepEqual(opened, ['row 0']);
});
