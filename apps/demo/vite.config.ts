import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** The page, built next to the server that serves it. */
export default defineConfig({
  root: fileURLToPath(new URL('./page', import.meta.url)),
  logLevel: 'warn',
  build: {
    outDir: fileURLToPath(new URL('./dist/page', import.meta.url)),
    emptyOutDir: true,
    modulePreload: false,
    // Data in the style sheet would need a looser content security policy.
    assetsInlineLimit: 0,
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
})
