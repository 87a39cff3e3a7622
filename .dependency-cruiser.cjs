// Import arrows. A room of core may import what its row names, and itself; a file outside every room is refused.
const CORE = '^packages/core/src/';
const FRONT_DOOR = `${CORE}index[.]ts$`;
const TESTING_DOOR = `${CORE}testing/index[.]ts$`;

const BASE = ['model/', 'errors.ts'];
const ROOMS = {
  'model/': BASE,
  'errors.ts': BASE,
  'ports/': BASE,
  'policies/': BASE,
  'clock/': [...BASE, 'ports/'],
  'classification/': [...BASE, 'ports/', 'policies/', 'clock/'],
  'outage/': [...BASE, 'ports/', 'policies/'],
  'memory/': [...BASE, 'ports/', 'policies/', 'clock/', 'classification/'],
  'runtime/': [...BASE, 'ports/', 'policies/', 'clock/', 'classification/', 'outage/', 'memory/'],
};
const INNER = Object.keys(ROOMS);
const WIRING = ['options.ts', 'engine.ts', 'engine-api.ts'];

const inCore = (rooms) =>
  `${CORE}(${rooms.map((room) => room.replace('.', '[.]') + (room.endsWith('/') ? '' : '$')).join('|')})`;

const arrow = (room, allowed, comment) => ({
  name: `core-${room.replace(/[/]|[.]ts$/, '')}`,
  severity: 'error',
  comment,
  from: { path: inCore([room]) },
  to: { path: CORE, pathNot: inCore([room, ...allowed]) },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Type imports count: a cycle of types cannot be lifted out either. Move the shared noun to model/.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nothing imports this file and it imports nothing.',
      from: { orphan: true, pathNot: ['[.]config[.]ts$', '[.]d[.]ts$', '^bench/'] },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import that resolves nowhere is one that no rule can judge.',
      from: {},
      to: { couldNotResolve: true },
    },

    ...INNER.map((room) => arrow(room, ROOMS[room], `${room} may import ${ROOMS[room].join(', ')} and itself.`)),
    ...WIRING.map((file) =>
      arrow(file, [...INNER, ...WIRING], `${file} wires the rooms; it may not import the doors.`),
    ),
    arrow('index.ts', [...INNER, ...WIRING], 'index.ts exports the rooms; the testing kit has a door of its own.'),
    {
      name: 'core-rooms',
      severity: 'error',
      comment: 'This file is in no room. ARCHITECTURE.md names the rooms.',
      from: { path: CORE, pathNot: inCore([...INNER, ...WIRING, 'index.ts', 'testing/']) },
      to: {},
    },
    {
      name: 'core-no-builtins',
      severity: 'error',
      comment: 'Core runs on any JavaScript runtime.',
      from: { path: CORE },
      to: { dependencyTypes: ['core'] },
    },

    {
      name: 'core-by-its-doors',
      severity: 'error',
      comment: 'Other packages import @firstline/core or @firstline/core/testing, nothing behind them.',
      from: { path: '^(packages|examples|bench)/', pathNot: '^packages/core/' },
      to: { path: '^packages/core/', pathNot: [FRONT_DOOR, TESTING_DOOR] },
    },
    {
      name: 'packages-by-their-names',
      severity: 'error',
      comment: 'Another package is imported by its name, never by a relative path.',
      from: { path: '^((?:packages|examples)/[^/]+)/' },
      to: { path: '^(packages|examples)/', pathNot: '^$1/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'testing-kit-in-tests',
      severity: 'error',
      comment: 'What an adapter or storage-sql ships does not depend on the testing kit.',
      from: { path: '^packages/(adapter-[^/]+|storage-sql)/src/' },
      to: { path: TESTING_DOOR },
    },
    {
      name: 'storage-sql-by-front-door',
      severity: 'error',
      comment: 'storage-sql knows @firstline/core only.',
      from: { path: '^packages/storage-sql/' },
      to: { path: '^packages/', pathNot: ['^packages/storage-sql/', FRONT_DOOR] },
    },
    {
      name: 'adapters-apart',
      severity: 'error',
      comment: 'Adapters do not know each other.',
      from: { path: '^packages/(adapter-[^/]+)/src/' },
      to: { path: '^packages/adapter-', pathNot: '^packages/$1/' },
    },
    {
      name: 'core-alone',
      severity: 'error',
      comment: 'Core knows no adapter, storage or example.',
      from: { path: CORE },
      to: { path: '^(packages|examples)/', pathNot: '^packages/core/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: ['node_modules', '(^|/)dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
