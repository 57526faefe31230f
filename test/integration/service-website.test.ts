import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../k8s-local/aws/container.ts';
import type { Database } from '../../k8s-local/databases/container.ts';
import { startMysql } from '../../k8s-local/databases/mysql.ts';
import { ADMIN, type Portal, someCompany, startPortal, visitor } from '../support/portal.ts';

/** Debian's, unless another is named. */
const BROWSER = process.env['TEST_CHROMIUM'] ?? '/usr/bin/chromium';

const SCREENSHOTS = join(tmpdir(), 'landfall-website');

const docker = await dockerAnswers(process.env);
if (process.env['CI'] === 'true') {
  it('in CI a Docker daemon answers', () => expect(docker, 'see .ci/docker').toBe(true));
  it('in CI there is a browser', () => expect(existsSync(BROWSER), 'see .ci/run').toBe(true));
}

const FILLED = {
  'Company name': 'Bäckerei Müller & Söhne',
  Address: 'Lange Straße 1\n10115 Berlin',
  'Contact person': 'Änne Müller',
  'Email address': 'aenne@example.com',
  'Phone number': '+49 30 123456',
};

/** A wide one in daylight and a narrow one in the dark. */
const SCREENS: BrowserContextOptions[] = [
  { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
];

describe.runIf(docker && existsSync(BROWSER))('the website in a browser', () => {
  let database: Database;
  let portal: Portal;
  let browser: Browser;

  beforeAll(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
    database = await startMysql();
    portal = await startPortal(database);
    browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await portal?.[Symbol.asyncDispose]();
    await database?.stop();
  });

  /** A page, and what its scripts and the policy have complained about. */
  const open = async (path: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ baseURL: portal.url, reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      // What the API refuses is told as an error, too.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        faults.push(message.text());
    });
    await page.goto(path);
    return { page, faults, [Symbol.asyncDispose]: () => context.close() };
  };
  const register = (over: Readonly<Record<string, unknown>> = {}) =>
    visitor(portal.url).ask('POST', '/api/companies', { body: someCompany(over) });
  const logIn = async (page: Page) => {
    await page.getByLabel('User name').fill(ADMIN.username);
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Registrations' }).waitFor();
    await page
      .getByText(/registration/, { exact: false })
      .last()
      .waitFor();
  };
  const fill = async (page: Page, registrationNumber: string) => {
    for (const [label, text] of Object.entries(FILLED))
      await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByLabel('Registration number').fill(registrationNumber);
    await page.getByLabel('Type of business').selectOption('LLC');
  };
  /** Its picture, that everything fits in the width, and that axe finds nothing. */
  const looksWell = async (page: Page, name: string) => {
    const { width = 0 } = page.viewportSize() ?? {};
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}.png`), fullPage: true });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(
      width,
    );
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      name,
    ).toEqual([]);
  };
  const focused = (page: Page) =>
    page.evaluate<string>('document.activeElement.id || document.activeElement.textContent.trim()');

  it('registers a company, with what is wrong told at each field until it is right', async () => {
    const number = 'HRB 1';
    await register({ registrationNumber: number });
    await using opened = await open('/');
    const { page, faults } = opened;
    await page.getByRole('button', { name: 'Register the company' }).click();
    await page.getByText('7 fields need to be changed.').waitFor();
    expect(await focused(page)).toBe('companyName');
    const name = page.getByLabel('Company name');
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    const described = (await name.getAttribute('aria-describedby')) ?? '';
    expect(await page.locator(`#${described}`).textContent()).toBe('Enter the name of the company.');

    await fill(page, number);
    await page.getByRole('button', { name: 'Register the company' }).click();
    await page.getByText('One field needs to be changed.').waitFor();
    expect(await focused(page)).toBe('registrationNumber');
    expect(await page.getByText('A company with this number is registered already.').isVisible()).toBe(true);
    expect(await page.locator('[aria-invalid]').count(), 'what is right is no longer marked').toBe(1);

    await page.getByLabel('Registration number').fill('HRB 2');
    await page.getByRole('button', { name: 'Register the company' }).click();
    await page.getByRole('heading', { name: 'Registration received' }).waitFor();
    expect(await focused(page)).toBe('done-title');
    expect(await page.title()).toContain('Registration received');
    const id = (await page.locator('#done-id').textContent()) ?? '';
    expect(await visitor(portal.url).ask('GET', `/api/companies/${id}`)).toMatchObject({
      status: 200,
      body: { companyName: FILLED['Company name'] },
    });
    expect(faults).toEqual([]);
  });

  it('lets an administrator see, filter and decide, and log out', async () => {
    const companyName = '<img src=x onerror=alert(1)> Ltd';
    await register({ companyName, registrationNumber: 'HRB 3' });
    await using opened = await open('/admin');
    const { page, faults } = opened;
    await page.waitForURL('**/admin/login');
    await page.getByLabel('User name').fill(ADMIN.username);
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('User name or password is not right.').waitFor();
    expect(await focused(page)).toBe('password');
    await logIn(page);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      name: '__Host-session',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
    });
    expect(await page.evaluate('document.cookie')).toBe('');

    const card = page.getByRole('article').filter({ hasText: companyName });
    await card.getByRole('button', { name: `Approve ${companyName}` }).click();
    await card.getByText('Approved', { exact: true }).waitFor();
    expect(await page.getByRole('status').textContent()).toBe(`${companyName}: approved.`);
    expect(await focused(page)).toBe(companyName);
    expect(await card.getByRole('button', { name: `Reject ${companyName}` }).isVisible()).toBe(true);
    expect(await card.getByRole('button').count(), 'what it is already is not offered').toBe(1);
    await page.getByLabel('Status').selectOption('Rejected');
    await page.getByText('There are no registrations.').waitFor();
    await page.getByLabel('Status').selectOption('Approved');
    await page.getByText('One registration.').waitFor();
    expect(await card.isVisible()).toBe(true);

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL('**/admin/login');
    expect(await page.context().cookies()).toEqual([]);
    await page.goto('/admin');
    await page.waitForURL('**/admin/login');
    expect(faults).toEqual([]);
  });

  it('shows more, page by page, and says when the session has ended', async () => {
    for (let count = 0; count < 60; count += 1) await register();
    await using opened = await open('/admin/login');
    const { page } = opened;
    await logIn(page);
    await page.getByText('50 registrations shown; there are more.').waitFor();
    const first = await page.getByRole('article').nth(49).textContent();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('article').nth(50).waitFor();
    expect(await page.getByRole('article').nth(49).textContent()).toBe(first);
    expect(await focused(page)).toBe(await page.getByRole('heading', { level: 2 }).nth(50).textContent());
    await page.context().clearCookies();
    await page
      .getByRole('button', { name: /^Approve/ })
      .first()
      .click();
    await page.getByText('Your session has ended.').waitFor();
  });

  it('is used with the keyboard alone', async () => {
    await using opened = await open('/');
    const { page } = opened;
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    expect(await page.getByText('Skip to the content').isVisible()).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focused(page), 'the first field, past the header').toBe('companyName');
    const outline = () => page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    for (const text of ['Keys Ltd', 'HRB 4', 'L', '1 Key St', 'Kay', 'kay@example.com', '555 0123']) {
      expect(await outline()).toBe('solid');
      await page.keyboard.type(text);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Registration received' }).waitFor();

    await page.goto('/admin/login');
    await page.getByLabel('User name').focus();
    await page.keyboard.type(ADMIN.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Keys Ltd' }).waitFor();
    for (let tabs = 0; (await focused(page)) !== 'Approve Keys Ltd'; tabs += 1) {
      expect(tabs).toBeLessThan(10);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Space');
    await page.getByText('Keys Ltd: approved.').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page), 'goes on where it was').toBe('Reject Keys Ltd');
  });

  it.each(SCREENS)('looks well, and axe finds nothing: $viewport.width px, $colorScheme', async (screen) => {
    await using opened = await open('/', screen);
    const { page } = opened;
    await looksWell(page, 'form');
    await page.getByRole('button', { name: 'Register the company' }).click();
    await page.getByText('7 fields need to be changed.').waitFor();
    await looksWell(page, 'form-wrong');
    await fill(page, `HRB ${page.viewportSize()?.width}`);
    await page.getByRole('button', { name: 'Register the company' }).click();
    await page.getByRole('heading', { name: 'Registration received' }).waitFor();
    await looksWell(page, 'form-done');
    await register({
      companyName: 'W'.repeat(200),
      email: `${'w'.repeat(200)}@example.com`,
      address: 'one\ntwo',
    });
    await page.goto('/admin/login?ended');
    await looksWell(page, 'login');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('2 fields need to be changed.').waitFor();
    await looksWell(page, 'login-wrong');
    await logIn(page);
    await page
      .getByRole('button', { name: /^Approve/ })
      .nth(1)
      .click();
    await page.getByText(': approved.').waitFor();
    await looksWell(page, 'list');
    await page.setViewportSize({ width: 320, height: 600 });
    for (const path of ['/admin', '/', '/admin/login']) {
      await page.goto(path);
      await looksWell(page, `narrow${path.replaceAll('/', '-')}`);
    }
  });

  it('says so where the portal cannot be reached or answers with something else', async () => {
    await using opened = await open('/');
    const { page } = opened;
    await fill(page, 'HRB 5');
    await page.route('**/api/companies', (route) => route.abort());
    await page.getByRole('button', { name: 'Register the company' }).click();
    await page.getByText('The portal cannot be reached.').waitFor();
    await page.unroute('**/api/companies');
    await page.route('**/api/companies', (route) => route.fulfill({ status: 502, body: '<html>' }));
    await page.getByRole('button', { name: 'Register the company' }).click();
    await page.getByText('The portal does not work at the moment.').waitFor();
    expect(await page.getByLabel('Company name').inputValue(), 'nothing is lost').toBe(
      FILLED['Company name'],
    );
  });
});
