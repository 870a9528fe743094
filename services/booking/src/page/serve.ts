import assets from '../../dist/page/assets.json';
import { pages, type PageSettings } from './pages';

/** The booking page, the page behind a manage link, and the files both load; prepare.mjs builds what it embeds. */
export const pagesFor = (settings: PageSettings) => pages(assets, settings, () => new Date());
