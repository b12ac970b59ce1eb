/** The report of 10,000 images in headless Chromium: how long it takes to open from a disk, and how smoothly it scrolls. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { viewRun } from '../src/dataset/report/view-run.js';
import { launchBrowser, noBrowser } from '../test/support/browser.js';
import { rectangleRun } from '../test/support/rectangle-run.js';

const IMAGES = 10_000;
const [TURNS, TURN_PIXELS] = [60, 900];

export async function run(): Promise<void> {
  if (noBrowser) {
    process.stdout.write(`  not measured: ${noBrowser}\n`);
    return;
  }
  const root = await mkdtemp(join(tmpdir(), 'sam-cli-bench-'));
  try {
    const names = Array.from({ length: IMAGES }, (_, i) => `${String(i).padStart(5, '0')}.png`);
    const folder = await rectangleRun(root, names, { output: { format: 'ndjson' } });
    const startedAt = performance.now();
    const { page, images } = await viewRun({ folder, out: join(root, 'report') });
    process.stdout.write(`  ${images} images written in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
    await measure(pathToFileURL(page).href);
  } finally {
    await rm(root, { recursive: true });
  }
}

async function measure(url: string): Promise<void> {
  for (let round = 1; round <= 3; round++) {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const startedAt = performance.now();
      await page.goto(url);
      await page.locator('main a img').first().waitFor();
      const opened = (performance.now() - startedAt) / 1000;
      const atOnce = await longestFrame(page);
      await page.waitForFunction('!document.querySelector(".tools-count").textContent.startsWith("Loading")');
      const loaded = await longestFrame(page);
      process.stdout.write(
        `  round ${round}, a new browser: open in ${opened.toFixed(2)} s; longest frame of ${TURNS} turns of the wheel ` +
          `${atOnce.toFixed(0)} ms at once, ${loaded.toFixed(0)} ms with all data loaded\n`,
      );
    } finally {
      await browser.close();
    }
  }
}

/** Milliseconds between two frames, at most, while the wheel is turned. */
async function longestFrame(page: Page): Promise<number> {
  await page.evaluate(`
    globalThis.longest = 0;
    globalThis.last = performance.now();
    globalThis.tick = (now) => { longest = Math.max(longest, now - last); last = now; frame = requestAnimationFrame(tick); };
    globalThis.frame = requestAnimationFrame(tick);
  `);
  await page.mouse.move(800, 500);
  for (let turn = 0; turn < TURNS; turn++) {
    await page.mouse.wheel(0, TURN_PIXELS);
    await page.waitForTimeout(30);
  }
  return Number(await page.evaluate('cancelAnimationFrame(frame), longest'));
}
