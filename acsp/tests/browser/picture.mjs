// README's picture of the page: `.ci/page-picture` asks for it.

import { filled, open, race } from './acsp.mjs';

export async function picture(browser, file) {
  const { url } = await race({ cars: 20, speed: 2 });
  const { page, clean } = await open(browser, url, '/', { reducedMotion: 'reduce' });
  await filled(page, 20);
  // Somebody in the middle is selected, and a lap later all columns have something.
  await page.click('#board tbody tr:nth-child(4) .gap');
  const laps = () => page.$$eval('#board .laps', (cells) => cells.reduce((sum, cell) => sum + (Number(cell.textContent) || 0), 0));
  const before = await laps();
  await page.waitForFunction((least) => [...document.querySelectorAll('#board .laps')]
    .reduce((sum, cell) => sum + (Number(cell.textContent) || 0), 0) >= least, before + 20);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: file });
  clean();
}
