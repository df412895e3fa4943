import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('../../../../.github/workflows/', import.meta.url)
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }))

test.each(workflows)(
  '$name runs no action that its author could change: each is a commit, with its version',
  ({ text }) => {
    const actions = text.match(/uses:.*/g) ?? []
    expect(actions).not.toEqual([])
    expect(actions.filter((action) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+/.test(action))).toEqual([])
  },
)

test('only the release may sign, write and see the token of npm', () => {
  const secrets = /id-token|contents: write|pull-requests: write|NPM_TOKEN/
  expect(workflows.filter(({ text }) => secrets.test(text)).map(({ name }) => name)).toEqual(['release.yml'])
  const [testJob, releaseJob] = (workflows.find(({ name }) => name === 'release.yml')?.text ?? '').split('needs: test')
  expect(testJob).not.toMatch(secrets)
  expect(releaseJob).toMatch(/environment: npm/)
})

test('what is published was tried before, in the long form: on each supported Node', () => {
  const [testJob] = (workflows.find(({ name }) => name === 'release.yml')?.text ?? '').split('needs: test')
  expect(testJob).toMatch(/run: npm test\n.*run: npm run test:release\n +env:\n +SESS_TEST_LONG: 1\n/s)
})
