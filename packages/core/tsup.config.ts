import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'audit/index': 'src/audit/index.ts',
    'codec/index': 'src/codec/index.ts',
    'conformance/index': 'src/conformance/index.ts',
    'workspace/index': 'src/workspace/index.ts',
  },
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  dts: false,
  removeNodeProtocol: false,
})
