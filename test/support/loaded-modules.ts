import { register } from 'node:module';

/** As `node --import`: writes each module that the process loads as an import, and from which, to standard error. */
register(
  `data:text/javascript,${encodeURIComponent(`
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      writeSync(2, 'loaded ' + url + '\\n');
      return next(url, context);
    }`)}`,
);
