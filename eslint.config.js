import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/**', '**/gen/**', '**/assembly/**', '**/node_modules/**', '**/*.mjs', '**/*.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // One import for each module, with its types marked `type` inline; `import type` where there is nothing else.
      'no-duplicate-imports': ['error', { includeExports: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `null` is no value; `undefined` is what the language and libraries leave out, and what JSON does not have.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':not([optional=true] > TSTypeAnnotation > TSUnionType)' +
            ':not(:has(> TSTypeReference[typeName.name="JsonValue"]))' +
            ':not(:has(> TSTypeReference[typeName.right.name="Timeout"])) > TSUndefinedKeyword.types',
          message:
            'Write `| null` for a value that may be missing, or `name?: Type` for one that may be left out.',
        },
      ],
      // How a package adds its codes to those that errors may have (core/errors.ts).
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      'no-console': 'error',
      // What people are shown goes through one function, which escapes what would steer a terminal.
      'no-restricted-properties': [
        'error',
        ...['stdout', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: 'Write with printLines (network/print.ts).',
        })),
      ],
    },
  },
  {
    files: ['network/print.ts', '**/*.test.ts', '**/testing/**', 'test/**', 'bench/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
);
