import { useEffect, useState } from 'preact/hooks';

/** What the page shows. It stands behind the `#` of its address, so that the browser goes back and forth. */
export type Route =
  | { readonly page: 'gallery' }
  | { readonly page: 'image'; readonly id: number }
  | { readonly page: 'failures' }
  | { readonly page: 'run' };

/** The address of what is shown. */
export function hrefOf(route: Route): string {
  if (route.page === 'image') return `#/image/${route.id}`;
  return route.page === 'gallery' ? '#/' : `#/${route.page}`;
}

/** What an address shows: the gallery, where it is none of ours. */
function routeOf(hash: string): Route {
  const [, id] = /^#\/image\/(\d{1,15})$/.exec(hash) ?? [];
  if (id !== undefined) return { page: 'image', id: Number(id) };
  if (hash === '#/failures') return { page: 'failures' };
  return hash === '#/run' ? { page: 'run' } : { page: 'gallery' };
}

/** Shows something else. */
export function goTo(route: Route): void {
  window.location.hash = hrefOf(route);
}

/** What is shown now. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(window.location.hash));
  useEffect(() => {
    const onChange = () => setRoute(routeOf(window.location.hash));
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return route;
}
