import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take longest: by Vitest's own order one of them is begun last, and all wait for it. Those that compute stand
 * between those that wait, so that three at a time do not ask for three cores.
 */
const longFiles = [
  'store-mysql/test/conformance.test.ts',
  'store-redis/test/tls.test.ts',
  'demo/test/page.test.ts',
  'mcp/test/stdio/faults.test.ts',
  'store-mysql/test/faults/',
  'demo/test/two-servers.test.ts',
  'store-redis/test/conformance.test.ts',
  'store-mysql/test/errors.test.ts',
  'store-memory/test/model.test.ts',
  'store-redis/test/faults/',
  'store-mysql/test/processes.test.ts',
  'store-mysql/test/health.test.ts',
  'demo/test/demo.test.ts',
  'mcp/test/restore.test.ts',
  'store-redis/test/processes.test.ts',
  'testkit/test/stores-side-by-side.test.ts',
  'testkit/test/readme.test.ts',
  'testkit/test/security/matrix.test.ts',
  'store-mysql/test/model.test.ts',
  'store-mysql/test/codec/',
  'store-memory/test/mutants.test.ts',
  'store-mysql/test/mutants.test.ts',
  'mcp/test/drivers/sdk-driver.test.ts',
]

/** The order in which files of tests are begun, those of all projects in one: no core is idle at the end. */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => place(a.moduleId) - place(b.moduleId))
  }
}

function place(file: string): number {
  const index = longFiles.findIndex((part) => file.includes(part))
  return index < 0 ? longFiles.length : index
}
