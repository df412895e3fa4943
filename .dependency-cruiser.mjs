// Which way the arrows between the packages point. See CONTRIBUTING.md.

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'src-not-to-test',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/', pathNot: '^packages/test(kit|-servers)/' },
      to: { path: ['^(packages|apps)/[^/]+/test/', '^packages/testkit/', 'node_modules/(vitest|fast-check)/'] },
    },
    {
      name: 'servers-for-tests-only',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^(packages/test-servers|apps/bench|(packages|apps)/[^/]+/test)/' },
      to: { path: '^packages/test-servers/' },
    },
    {
      name: 'core-is-a-leaf',
      comment: 'core imports nothing of ours and no npm package.',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { pathNot: '^packages/core/src/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'core-runs-anywhere',
      comment: 'Only these subpaths of core may use Node built-ins; the main entry runs on Bun, Deno and the edge.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '^packages/core/src/(conformance|workspace|codec|audit)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-main-not-to-subpaths',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '^packages/core/src/(conformance|workspace|codec|audit)/' },
      to: { path: '^packages/core/src/(conformance|workspace|codec|audit)/' },
    },
    {
      name: 'only-core-among-siblings',
      comment: 'A package imports @sess/core and no other package of ours. config opens the stores by dynamic import.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: '^packages/(config|testkit)/' },
      to: { path: '^(packages|apps)/', pathNot: ['^packages/$1/', '^packages/core/'] },
    },
    {
      name: 'config-opens-stores-dynamically',
      severity: 'error',
      from: { path: '^packages/config/src/' },
      to: {
        path: '^(packages|apps)/',
        pathNot: ['^packages/(config|core)/'],
        dependencyTypesNot: ['dynamic-import', 'type-only'],
      },
    },
    {
      name: 'siblings-by-name',
      comment: "Nobody reaches into a sibling's folders: an import of ours goes by the package name.",
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/src/' },
      to: { path: '^(packages|apps)/[^/]+/src/', pathNot: '^$1/$2/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'page-is-for-browsers',
      comment: 'What runs in a browser takes nothing of the server but types.',
      severity: 'error',
      from: { path: '^apps/demo/page/' },
      to: { path: '^(apps/demo/src|packages)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'ioredis-in-store-redis',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^(packages/store-redis|apps/bench)/' },
      to: { path: '(^|/)node_modules/ioredis/|^ioredis$' },
    },
    {
      name: 'sql-in-store-mysql',
      severity: 'error',
      // Tests of all stores look at the rows of each.
      from: { path: '^(packages|apps)/', pathNot: '^(packages/(store-mysql|test-servers|testkit/test)|apps/bench)/' },
      to: { path: '(^|/)node_modules/(kysely|mysql2)/|^(kysely|mysql2)(/|$)' },
    },
    {
      name: 'mcp-sdk-in-mcp',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: '^(packages/mcp|packages/testkit/test/release/combinations|apps/bench)/',
      },
      to: { path: '(^|/)node_modules/@modelcontextprotocol/|^@modelcontextprotocol/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps)/[^/]+/(dist|\\.readme)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
}
