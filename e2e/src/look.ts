import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

/** Where pictures go; git does not keep them. */
const folder = process.env['LOOKS'] ?? join(__dirname, '../dist/looks');

interface Shift {
  readonly value: number;
  readonly of: string;
}

declare global {
  interface Window {
    shiftsSeen?: Shift[];
  }
}

/** From now on the pages of this context note what moves though nobody did anything (Cumulative Layout Shift). */
export async function noteShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const seen: Shift[] = [];
    window.shiftsSeen = seen;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as {
        value: number;
        hadRecentInput: boolean;
        sources: { node?: Node }[];
      }[]) {
        if (!entry.hadRecentInput)
          seen.push({ value: entry.value, of: entry.sources.map(({ node }) => node?.nodeName ?? 'gone').join(' ') });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** How far the page has moved by itself since it was loaded, and what of it; below 0.01 nobody sees it. */
export async function shiftOf(page: Page): Promise<{ readonly sum: number; readonly of: readonly string[] }> {
  const shifts = (await page.evaluate(() => window.shiftsSeen)) ?? [];
  return { sum: shifts.reduce((sum, { value }) => sum + value, 0), of: shifts.map((shift) => shift.of) };
}

/** Everything that axe has against the page as it stands: WCAG 2.2 AA and its own good practice. */
export async function axeFaults(page: Page): Promise<string[]> {
  // Evaluated by the debugger, so that the page's own policy stays in force.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    }),
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** Takes a picture of a view, for whoever wants to look at it. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, animations: 'disabled', caret: 'hide' });
}

/** Says what is wrong with a view; takes its picture where `LOOKS` names a folder, for there are a hundred of them. */
export async function look(page: Page, name: string): Promise<string[]> {
  if (process.env['LOOKS'] !== undefined) await picture(page, name);
  const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  const faults = [...(await axeFaults(page)), ...(isTooWide ? ['wider than the window'] : [])];
  return faults.map((fault) => `${name}: ${fault}`);
}
