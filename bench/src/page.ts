import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser, launch } from '../../e2e/src/browser';
import { noteShifts, shiftOf } from '../../e2e/src/look';
import { startSystem } from '../../e2e/src/system';
import { median, table } from './statistics';

const RUNS = 7;

interface Asset {
  readonly brotliBase64: string;
  readonly gzipBase64: string;
}

function sizes(): void {
  const file = join(__dirname, '../../services/booking/dist/page/assets.json');
  const { script, style } = JSON.parse(readFileSync(file, 'utf8')) as Record<'script' | 'style', Asset>;
  const kb = (base64: string) => (Buffer.from(base64, 'base64').length / 1024).toFixed(1);
  console.log('\nThe booking page over the wire, in KB');
  table([
    ['file', 'brotli', 'gzip', 'goal'],
    ['script, all languages', kb(script.brotliBase64), kb(script.gzipBase64), '≤ 60'],
    ['style', kb(style.brotliBase64), kb(style.gzipBase64), ''],
  ]);
}

/** How long a first visitor waits, and by how much the page moves meanwhile; every visit has an empty cache. */
async function firstView(): Promise<void> {
  const executable = findBrowser();
  if (executable === undefined) {
    console.log('\nNo Chromium was found (CHROMIUM_PATH): the first view of the booking page is left out.');
    return;
  }
  const browser = await launch(executable);
  const system = await startSystem();
  try {
    const paints: number[] = [];
    const choices: number[] = [];
    const shifts: number[] = [];
    // One visit before those that count: a function's first request is not a visitor's usual one.
    for (let run = 0; run <= RUNS; run += 1) {
      const context = await browser.newContext({ locale: 'en-US', timezoneId: 'America/New_York' });
      await noteShifts(context);
      const page = await context.newPage();
      await page.goto(system.url, { waitUntil: 'commit' });
      await page.getByTestId('slot').first().waitFor();
      const [paint, choice] = await page.evaluate(() => [
        performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
        performance.now(),
      ]);
      if (run > 0) {
        paints.push(paint ?? Number.NaN);
        choices.push(choice ?? Number.NaN);
        shifts.push((await shiftOf(page)).sum);
      }
      await context.close();
    }
    console.log(`\nThe first view of the booking page on this machine, median of ${RUNS} visits with an empty cache`);
    table([
      ['', 'measured', 'goal'],
      ['ms until something can be read', Math.round(median(paints)), '≤ 1000'],
      ['ms until a time can be chosen', Math.round(median(choices)), '≤ 1000'],
      ['how far it moves by itself (CLS), the worst', Math.max(...shifts).toFixed(4), '0'],
    ]);
  } finally {
    await browser.close();
    await system.stop();
  }
}

export async function benchPage(): Promise<void> {
  sizes();
  await firstView();
}
