import { builtinModules } from 'node:module';
import eslint from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.ts'];
const TESTS = ['**/test/**/*.ts', '**/*.test.ts', 'tests/**/*.ts', 'bench/**/*.ts'];
const CONFIGS = ['**/*.config.ts', '**/*.config.mjs'];
const CORE = 'packages/core/src/**/*.ts';
const CLOCK = 'packages/core/src/clock/system-clock.ts';
const IDS = 'packages/core/src/runtime/id-source.ts';

/** Syntax that the whole house does without. */
const noDefaultExport = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name, so that a thing is called the same everywhere.' },
  { selector: "ExportSpecifier[exported.name='default']", message: 'Export by name.' },
];
const noEnum = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals: it needs no code at run time.' },
];

const USE_CLOCK = 'Time is injected: take `now`, or use the injected Clock (ports/clock.ts).';
const USE_IDS = 'Randomness is injected: use the injected id source (runtime/id-source.ts).';
const NO_NODE = 'Core runs on any JavaScript runtime: use a web standard, or put this behind a port in an adapter.';
const NO_WORKER = 'Only a worker or a page has this global. Did you mean a local variable?';

const named = (names, message) => names.map((name) => ({ name, message }));

const TIMERS = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
];
const NODE_GLOBALS = ['process', 'Buffer', 'require', 'module', 'exports', '__dirname', '__filename', 'global'];
const NODE_MODULES = `^(node:.*|(${builtinModules.filter((name) => !name.includes('/')).join('|')})(/.*)?)$`;
const WORKER_GLOBALS = [
  'self',
  'name',
  'location',
  'origin',
  'close',
  'postMessage',
  'navigator',
  'caches',
  'indexedDB',
];

/** Core without Node, and without time or randomness except in the one file that provides them. */
function coreRules({ time = false, randomness = false } = {}) {
  const property = (object, name, message) => ({ object, property: name, message });
  return {
    'no-restricted-imports': ['error', { patterns: [{ regex: NODE_MODULES, message: NO_NODE }] }],
    'no-restricted-globals': [
      'error',
      {
        checkGlobalObject: true,
        globals: [
          ...named(NODE_GLOBALS, NO_NODE),
          ...named(WORKER_GLOBALS, NO_WORKER),
          ...(time ? [] : named([...TIMERS, 'performance'], USE_CLOCK)),
          ...(randomness ? [] : named(['crypto'], USE_IDS)),
        ],
      },
    ],
    'no-restricted-properties': [
      'error',
      ...(time ? [] : [property('Date', 'now', USE_CLOCK), property('AbortSignal', 'timeout', USE_CLOCK)]),
      ...(randomness ? [] : [property('Math', 'random', USE_IDS)]),
    ],
    'no-restricted-syntax': [
      'error',
      ...noDefaultExport,
      ...noEnum,
      { selector: "MemberExpression[object.name='globalThis'][property.name='Date']", message: USE_CLOCK },
      { selector: "MemberExpression[object.name='globalThis'][property.name='Math']", message: USE_IDS },
      ...(time
        ? []
        : [
            { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: USE_CLOCK },
            { selector: "CallExpression[callee.name='Date']", message: USE_CLOCK },
          ]),
    ],
  };
}

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/coverage/', '**/.cache/'] },
  eslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
      'no-restricted-syntax': ['error', ...noDefaultExport, ...noEnum],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: globals.node },
  },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A port's method is async so that it fails by rejecting, also where this implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: [CORE], rules: coreRules() },
  { files: [CLOCK], rules: coreRules({ time: true }) },
  { files: [IDS], rules: coreRules({ randomness: true }) },
  {
    // Arithmetic over arrays, indexed by loops over their own length.
    files: ['packages/core/src/classification/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: CONFIGS, rules: { 'no-restricted-syntax': ['error', ...noEnum] } },
);
