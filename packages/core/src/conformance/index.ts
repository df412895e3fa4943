export type { Case, CreateHarness, StoreHarness, World } from './harness.ts'
export { type ConformanceCase, conformanceCases, type Topic } from './suite.ts'
export { type ConformanceOptions, testSessionStore } from './test-session-store.ts'
