// For bundles of packages that do nothing on import.
import { join, sep } from 'node:path';

/** A plugin of esbuild that leaves out of a bundle what it does not use of the packages `names` below `root`. */
export function dropUnused(root, names) {
  const prefixes = names.map((name) => join(root, name) + sep);
  return {
    name: 'drop-unused',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /./ }, async ({ path, ...options }) => {
        if (options.pluginData === 'resolving') return undefined;
        const resolved = await resolve(path, { ...options, pluginData: 'resolving' });
        const isPure = prefixes.some((prefix) => resolved.path.startsWith(prefix));
        return isPure ? { ...resolved, sideEffects: false } : resolved;
      });
    },
  };
}
