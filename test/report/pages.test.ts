import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { viewRun } from '../../src/dataset/report/view-run.js';
import { compareRuns, openRunPair } from '../../src/evaluate/compare/compare-runs.js';
import { accessibilityProblems, launchBrowser, noBrowser, openedPage } from '../support/browser.js';
import { exportedRun, HOSTILE_NAMES } from '../support/exported-run.js';
import { rectangleRun } from '../support/rectangle-run.js';
import { runMain } from '../support/run-cli.js';

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** More images than a screen shows. */
const NAMES = Array.from({ length: 90 }, (_, i) => `${String(i + 1).padStart(3, '0')}.png`);
const SUMMARY = '.filters-summary';

/** Where a pixel of the image of 200 x 100 is on the screen. */
async function placeOf(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = await page.locator('.stage').boundingBox();
  assert.ok(box);
  return { x: box.x + ((x + 0.5) * box.width) / 200, y: box.y + ((y + 0.5) * box.height) / 100 };
}

async function pointAt(page: Page, x: number, y: number): Promise<void> {
  const place = await placeOf(page, x, y);
  await page.mouse.move(place.x, place.y);
}

/** Red, green, blue and opacity that the masks have at a pixel of the image. */
function colourAt(page: Page, x: number, y: number): Promise<unknown> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('.stage .masks');
    const [x, y] = [Math.floor((${x} + 0.5) * canvas.width / 200), Math.floor((${y} + 0.5) * canvas.height / 100)];
    const pixel = new OffscreenCanvas(1, 1).getContext('2d');
    pixel.drawImage(canvas, -x, -y);
    return [...pixel.getImageData(0, 0, 1, 1).data];
  })()`);
}

async function waitForText(locator: Locator, text: string): Promise<void> {
  await locator.filter({ hasText: text }).first().waitFor();
}

describe('the page of a report', { skip: noBrowser }, () => {
  let browser: Browser;
  let root: string;
  let page: string;
  const open = (hash: string, options?: BrowserContextOptions, url = page) => openedPage(browser, url + hash, options);

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sam-cli-test-'));
    const run = await rectangleRun(root, NAMES);
    page = pathToFileURL((await viewRun({ folder: run })).page).href;
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await rm(root, { recursive: true, force: true });
  });

  it('opens from a disk, shows what is seen of many images and scrolls to the last', async () => {
    const { page, problems } = await open('#/');
    await waitForText(page.locator(SUMMARY), '270 of 270 masks in 90 images');
    await waitForText(page.locator('.tools-count'), '90 images');
    const cards = page.locator('.card');
    assert.ok((await cards.count()) < 60, `${await cards.count()} cards`);
    assert.match((await cards.first().textContent()) ?? '', /001\.png3 masks/);
    await page.waitForFunction('document.querySelector(".card img").naturalWidth > 0');
    await cards.first().locator('a').focus();
    await page.keyboard.press('End');
    await waitForText(page.locator('.card a:focus'), '090.png');
    assert.equal(await page.locator('.card:has(a:focus)').getAttribute('aria-posinset'), '90');
    assert.deepEqual(problems, []);
  });

  it('names the mask below the pointer and its scores; a click keeps it, another one takes the next below', async () => {
    const { page, problems } = await open('#/image/1');
    const label = page.locator('.label');
    await waitForText(page.locator('.masks-head'), '3 of 3 masks');
    await pointAt(page, 39, 39);
    assert.match((await label.textContent()) ?? '', /^Mask 2Predicted IoU0\.700Stability0\.990Area2\.0 %, 400 pixels$/);
    await pointAt(page, 40, 39);
    assert.match(
      (await label.textContent()) ?? '',
      /^Mask 1Predicted IoU0\.900Stability0\.950Area50 %, 10,000 pixels$/,
    );
    assert.match((await page.locator('[aria-selected=true]').textContent()) ?? '', /Mask 1/);
    await pointAt(page, 100, 20);
    assert.equal(await label.count(), 0);
    const { x, y } = await placeOf(page, 20, 20);
    await page.mouse.click(x, y);
    await pointAt(page, 120, 20);
    assert.match((await label.textContent()) ?? '', /^Mask 2/);
    await page.mouse.click(x, y);
    assert.match((await label.textContent()) ?? '', /^Mask 1/);
    await page.mouse.click(x, y);
    await pointAt(page, 120, 20);
    assert.equal(await label.count(), 0);
    assert.deepEqual(problems, []);
  });

  it('hides at once what a slider leaves out, on the image, in the list and in the gallery', async () => {
    const { page, problems } = await open('#/image/1');
    const options = page.getByRole('option');
    const leaves = async (slider: string, cell: number, numbers: readonly string[]) => {
      const handle = page.getByRole('slider', { name: slider });
      const before = await handle.inputValue();
      await handle.fill(`${cell}`);
      await page.waitForFunction(`document.querySelectorAll('[role=option]').length === ${numbers.length}`);
      assert.deepEqual(await page.locator('.mask-name').allTextContents(), numbers);
      assert.match(
        (await page.locator(SUMMARY).textContent()) ?? '',
        new RegExp(`^${90 * numbers.length} of 270 masks`),
      );
      await handle.fill(before);
      await page.waitForFunction(`document.querySelectorAll('[role=option]').length === 3`);
    };
    await options.first().waitFor();
    const [one, two, three] = ['Mask 1', 'Mask 2', 'Mask 3'];
    // scores from 0.70 and from 0.80 in steps of 0.01
    await leaves('Predicted IoU, least', 1, [one, three]);
    await leaves('Predicted IoU, greatest', 20, [two, three]);
    await leaves('Stability, least', 15, [one, two]);
    // from 2 % of the image in ten steps a decade
    await leaves('Area, least', 4, [one, three]);
    await leaves('Area, greatest', 4, [two]);
    await page.waitForTimeout(100);
    const [ofOne, ofTwo] = [await colourAt(page, 60, 60), await colourAt(page, 30, 30)];
    assert.notDeepEqual(ofOne, ofTwo);
    await page.getByRole('slider', { name: 'Predicted IoU, least' }).fill('1');
    await page.waitForFunction(`document.querySelectorAll('[role=option]').length === 2`);
    await page.waitForTimeout(100);
    assert.deepEqual(await colourAt(page, 30, 30), ofOne);
    await pointAt(page, 30, 30);
    assert.match((await page.locator('.label').textContent()) ?? '', /^Mask 1/);
    await page.getByRole('link', { name: 'Images' }).click();
    await waitForText(page.locator('.card-count'), '2 of 3 masks');
    await page.getByRole('slider', { name: 'Predicted IoU, least' }).fill('20');
    await page.getByRole('slider', { name: 'Stability, least' }).fill('18');
    await page.getByRole('checkbox', { name: 'Only images with masks' }).check();
    await waitForText(page.locator('.note'), 'No image passes');
    await page.getByRole('button', { name: 'Show all masks' }).click();
    await waitForText(page.locator('.card-count'), '3 masks');
    assert.deepEqual(problems, []);
  });

  it('is used with the keyboard alone', async () => {
    const { page, problems } = await open('#/');
    await page.locator('.card a[tabindex="0"]').waitFor();
    // past the skip button, the pages, six handles and the tools to the first image
    for (let i = 0; i < 20 && (await page.locator('.card a:focus').count()) === 0; i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await waitForText(page.locator('.card a:focus'), '002.png');
    await page.keyboard.press('Enter');
    await waitForText(page.locator('h1:focus'), '002.png');
    await page.keyboard.press('ArrowRight');
    await waitForText(page.locator('h1:focus'), '003.png');
    const list = page.getByRole('listbox', { name: 'Masks' });
    await list.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await waitForText(page.locator('.label'), 'Mask 2');
    const active = page.locator(`#${await list.getAttribute('aria-activedescendant')}`);
    assert.equal(await active.textContent(), 'Mask 2predicted IoU 0.700stability 0.990area 2.0 %');
    await page.keyboard.press('+');
    const [stage, scroll] = [page.locator('.stage'), page.locator('.stage-scroll')];
    assert.ok(((await stage.boundingBox())?.width ?? 0) > ((await scroll.boundingBox())?.width ?? 0));
    await page.keyboard.press('Escape');
    await page.waitForFunction('!document.querySelector(".label")');
    await page.keyboard.press('Escape');
    await waitForText(page.locator('.card a:focus'), '003.png');
    assert.deepEqual(problems, []);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe finds wrong, ${colorScheme}`, async () => {
      const { page, problems } = await open('#/', { colorScheme });
      const shows: readonly (readonly [hash: string, element: string])[] = [
        ['#/', '.card img'],
        ['#/image/1', '.mask-row'],
        ['#/failures', 'td'],
        ['#/run', 'td'],
      ];
      for (const [hash, element] of shows) {
        await page.evaluate(`location.hash = '${hash}'`);
        await page.locator(element).first().waitFor();
        if (hash === '#/image/1') await pointAt(page, 30, 30);
        // dark has other colours and nothing else
        const rules = colorScheme === 'dark' ? ['color-contrast'] : undefined;
        assert.deepEqual(await accessibilityProblems(page, rules), [], hash);
      }
      assert.deepEqual(problems, []);
    });
  }

  it('works on a phone', async () => {
    const { page, problems } = await open('#/', PHONE);
    await page.locator('.card').first().waitFor();
    const overflow = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
    assert.equal(await overflow(), 0);
    await page.getByText('Filters').tap();
    await page.getByRole('slider', { name: 'Stability, least' }).fill('10');
    await waitForText(page.locator('.card-count'), '2 of 3 masks');
    await page.locator('.card a').first().tap();
    await page.getByRole('option').first().waitFor();
    assert.equal(await overflow(), 0);
    await page.locator('.stage').scrollIntoViewIfNeeded();
    const { x, y } = await placeOf(page, 30, 30);
    await page.touchscreen.tap(x, y);
    await waitForText(page.locator('.label'), 'Mask 2');
    assert.deepEqual(problems, []);
  });

  it('tells what failed, and what the run was made with', async () => {
    const { page, problems } = await open('#/');
    await page.getByRole('link', { name: 'Failures (1)' }).click();
    const row = page.getByRole('row', { name: /zz-broken\.png/ });
    assert.match((await row.textContent()) ?? '', /unreadable-image.*could not read/);
    await page.getByRole('link', { name: 'About the run' }).click();
    assert.match((await page.getByRole('row', { name: /points-per-side/ }).textContent()) ?? '', /32$/);
    await page.evaluate(`location.hash = '#/image/4711'`);
    await waitForText(page.locator('.note'), 'This report has no image 4711.');
    assert.deepEqual(problems, []);
  });

  it('shows masks on a plain ground where images are gone, and says so', async (context) => {
    const { run, photos } = await exportedRun(context);
    await rm(photos, { recursive: true });
    const report = await viewRun({ folder: run });
    assert.deepEqual([report.images, report.without_file], [5, 5]);
    const { page, problems } = await open('#/image/1', {}, pathToFileURL(report.page).href);
    await waitForText(page.locator('.note'), 'only its masks on a plain ground');
    await page.getByRole('option').first().waitFor();
    assert.equal(await page.locator('.stage img').count(), 0);
    await page.getByRole('link', { name: 'Images' }).click();
    await waitForText(page.locator('.card-count'), '6 masks, image not found');
    assert.deepEqual(problems, []);
  });

  it('runs no script that is hidden in a name, and shows every name as it is', async (context) => {
    const { run, photos } = await exportedRun(context);
    const report = await viewRun({ folder: run });
    const { page, problems } = await open('#/', {}, pathToFileURL(report.page).href);
    await page.locator('.card').nth(4).waitFor();
    assert.deepEqual((await page.locator('.card-name').allTextContents()).sort(), [...HOSTILE_NAMES].sort());
    for (let id = 1; id <= 5; id++) {
      await page.evaluate(`location.hash = '#/image/${id}'`);
      await page.getByRole('option').first().waitFor();
      assert.ok(HOSTILE_NAMES.includes((await page.locator('h1').textContent()) ?? ''));
      assert.equal(await page.locator('script:not([src^="report/"]), [onerror], img[src="x"]').count(), 0);
    }
    await waitForText(page.locator('.mask-name'), 'tom "& <jerry>');
    await page.evaluate(`location.hash = '#/run'`);
    await waitForText(page.locator('td'), photos.slice(0, 8));
    // should a name ever get into the page as HTML, its policy forbids what stands there
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="alert(3)">')`);
    await page.waitForFunction('document.querySelector("[onerror]").complete');
    assert.equal(problems.length, 1);
    assert.match(problems[0], /Content Security Policy/);
  });

  it('compares two runs in one file, with hostile names too', async (context) => {
    const { run, root } = await exportedRun(context);
    const [out, html] = [join(root, 'best'), join(root, 'comparison.html')];
    await runMain('export', run, '--to', 'sa1b', '--out', out, '--top', '2');
    assert.equal((await compareRuns(await openRunPair(run, out), { minIou: 0.9, minMatch: 1 })).passed, false);
    await runMain('compare', run, out, '--html', html);
    const { page, problems } = await open('', { colorScheme: 'dark' }, pathToFileURL(html).href);
    await page.locator('.stage').first().waitFor();
    assert.deepEqual((await page.locator('h2').allTextContents()).sort(), [...HOSTILE_NAMES].sort());
    const sides = await page.locator('figcaption').allTextContents();
    assert.deepEqual(sides.slice(0, 2), ['A: 6 masks, 4 without a match', 'B: 2 masks, 0 without a match']);
    await page.locator('.stage').first().hover();
    await page.locator('.label').waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    assert.deepEqual(problems, []);
  });
});
