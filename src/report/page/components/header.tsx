import type { ReportHead } from '../../data/report-data.js';
import { hrefOf, type Route } from '../loading/route.js';
import { counted, wholeInWords } from './in-words.js';

interface HeaderProps {
  readonly head: ReportHead;
  readonly route: Route;
}

/** What the report is about, and its pages. */
export function Header({ head, route }: HeaderProps) {
  const pages = [
    { page: 'gallery', name: 'Images' },
    ...(head.failed > 0 ? [{ page: 'failures', name: `Failures (${wholeInWords(head.failed)})` } as const] : []),
    { page: 'run', name: 'About the run' },
  ] as const;
  return (
    <header class="header">
      <div class="header-title">
        <p class="title">{head.title}</p>
        <p class="subtitle">
          {counted(head.images, 'image')}, {counted(head.masks, 'mask')}
        </p>
      </div>
      <nav aria-label="Pages">
        {pages.map(({ page, name }) => (
          <a key={page} href={hrefOf({ page })} {...(route.page === page && { 'aria-current': 'page' as const })}>
            {name}
          </a>
        ))}
      </nav>
    </header>
  );
}
