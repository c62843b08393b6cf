import ts from 'typescript';
export declare const repository: string;
/** The packages, as npm knows them. */
export declare const PACKAGES: readonly string[];
/** A TypeScript file of a package or of the repository's `test`. */
export interface Source {
    /** Path from the repository's root, with slashes. */
    readonly path: string;
    /** The folder at the root that it is in. */
    readonly area: string;
    /** Whether it is a test, or something that only tests use. */
    readonly forTests: boolean;
    /** What it imports, as written; type imports and dynamic ones too. */
    readonly imports: readonly string[];
    readonly syntax: ts.SourceFile;
}
/** Every TypeScript file under the folder `area`, generated ones included, built ones not. */
export declare function sourcesOf(area: string): Source[];
/** The package that an import names, or null for a relative one. Built-in modules come back as written. */
export declare function packageOf(specifier: string): string | null;
/** The folder at the root that a relative import of `source` leads into. */
export declare function areaOf(source: Source, specifier: string): string;
/** The names in `dependencies` of a package's package.json. */
export declare function dependenciesOf(area: string): string[];
