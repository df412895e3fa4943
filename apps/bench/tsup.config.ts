import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/main.ts', 'src/mcp-program.ts'],
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  dts: false,
  removeNodeProtocol: false,
  // Of the servers for tests, which are bundled; it is no ES module.
  external: ['node-forge'],
})
