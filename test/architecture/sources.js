import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
export const repository = fileURLToPath(new URL('../..', import.meta.url));
/** The packages, as npm knows them. */
export const PACKAGES = workspaces();
// `assembly` holds AssemblyScript, which only looks like TypeScript.
const SKIPPED_FOLDERS = new Set(['dist', 'node_modules', 'package', 'assembly']);
function workspaces() {
    const text = readFileSync(join(repository, 'package.json'), 'utf8');
    return JSON.parse(text).workspaces;
}
/** Every TypeScript file under the folder `area`, generated ones included, built ones not. */
export function sourcesOf(area) {
    return filesUnder(join(repository, area)).map((file) => {
        const text = readFileSync(file, 'utf8');
        const path = relative(repository, file).replaceAll('\\', '/');
        return {
            path,
            area,
            forTests: area === 'test' || /\.test\.ts$|\/testing\//.test(path),
            imports: ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName),
            syntax: ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true),
        };
    });
}
function filesUnder(folder) {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory())
            return SKIPPED_FOLDERS.has(entry.name) ? [] : filesUnder(path);
        return entry.name.endsWith('.ts') ? [path] : [];
    });
}
/** The package that an import names, or null for a relative one. Built-in modules come back as written. */
export function packageOf(specifier) {
    if (specifier.startsWith('.'))
        return null;
    if (specifier.startsWith('node:'))
        return specifier;
    return specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
}
/** The folder at the root that a relative import of `source` leads into. */
export function areaOf(source, specifier) {
    const target = relative(repository, resolve(repository, dirname(source.path), specifier));
    return target.replaceAll('\\', '/').split('/')[0] ?? '';
}
/** The names in `dependencies` of a package's package.json. */
export function dependenciesOf(area) {
    const text = readFileSync(join(repository, area, 'package.json'), 'utf8');
    const { dependencies } = JSON.parse(text);
    return Object.keys(dependencies ?? {});
}
//# sourceMappingURL=sources.js.map