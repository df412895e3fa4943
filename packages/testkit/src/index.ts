export { type RandomTestOptions, testStoreAgainstModel, testStoresSideBySide } from './random-operations.ts'
