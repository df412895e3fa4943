// Writes the repository that CI releases from into each package that is published: npm's statement of provenance names
// it, and refuses a package that says something else. Outside of CI there is none, and nothing to release.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const { GITHUB_REPOSITORY: name, GITHUB_SERVER_URL: server = 'https://github.com' } = process.env
if (!name) {
  process.stderr.write('Packages are published by the release workflow only: see CONTRIBUTING.md.\n')
  process.exit(1)
}
for (const folder of readdirSync('packages')) {
  const file = `packages/${folder}/package.json`
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  if (manifest.private === true) continue
  manifest.repository = { type: 'git', url: `git+${server}/${name}.git`, directory: `packages/${folder}` }
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
}
