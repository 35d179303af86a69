import { createRequire, registerHooks } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What scripts import the replica's helpers by, in any folder. */
const HELPERS = '@slipway/sdk/entry';

const HELPERS_URL = new URL('./helpers.js', import.meta.url).href;

const NOT_FOUND = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * From now on this thread finds the helpers, and what the sources import is looked for in the packages of the environment first, then
 * as Node does. Packages find their own as ever.
 */
export function findPackages(sourceDir: string, packagesDir: string | null): void {
  const sources = `${pathToFileURL(sourceDir).href}/`;
  const environment =
    packagesDir === null ? undefined : pathToFileURL(join(packagesDir, '..', 'script.js')).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === HELPERS) return { url: HELPERS_URL, format: 'module', shortCircuit: true };
      const isOfScript = context.parentURL?.startsWith(sources) === true;
      if (environment !== undefined && isOfScript && isBare(specifier)) {
        try {
          // `require` looks from its own file, whatever a hook says of the parent.
          if (!context.conditions.includes('require'))
            return next(specifier, { ...context, parentURL: environment });
          const file = createRequire(environment).resolve(specifier);
          return next(isAbsolute(file) ? file : specifier, context);
        } catch (thrown) {
          if (!NOT_FOUND.has((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
        }
      }
      return next(specifier, context);
    },
  });
}

/** True for the name of a package: neither a path nor an address. */
function isBare(specifier: string): boolean {
  return !/^(?:\.{0,2}\/|#|[a-z][a-z0-9+.-]*:)/i.test(specifier);
}
