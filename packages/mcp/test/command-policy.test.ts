import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { allowedCommand, type CommandRule } from '../src/config/command-policy.ts'
import { assertEnvironment, programEnvironment } from '../src/config/environment.ts'
import { failure } from './failures.ts'

const any = (): boolean => true
let folder = ''

/** A folder of programs: what they do does not matter, as nothing is started. */
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'sess-commands-')))
  for (const place of ['bin', 'other']) {
    await mkdir(join(folder, place))
    for (const name of [
      'server',
      'node',
      'node20',
      'python3.11',
      'bash',
      'npx',
      'uvx',
      'npm',
      'pnpm',
      'env',
      'bun',
      'deno',
      'perl',
      'php',
      'busybox',
    ]) {
      await writeFile(join(folder, place, name), '#!/bin/sh\n')
      await chmod(join(folder, place, name), 0o755)
    }
  }
  await symlink(join(folder, 'bin/server'), join(folder, 'bin/link-to-server'))
  await symlink(join(folder, 'bin/node'), join(folder, 'bin/innocent'))
  await writeFile(join(folder, 'bin/not-executable'), '')
  vi.stubEnv('PATH', `relative:${join(folder, 'bin')}:${join(folder, 'other')}`)
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const allowed = (command: string, args: readonly string[], rules: readonly CommandRule[]) =>
  allowedCommand('s', command, args, rules)

describe('which programs', () => {
  test('none without a rule', async () => {
    expect((await failure(() => allowed('server', [], []))).code).toBe('MCP_POLICY_DENIED')
  })

  test('a name is found on PATH, in folders that are absolute only', async () => {
    expect(await allowed('server', [], [{ command: 'server' }])).toBe(join(folder, 'bin/server'))
  })

  test('a path is compared by where it leads, on both sides', async () => {
    const real = join(folder, 'bin/server')
    const link = join(folder, 'bin/link-to-server')
    expect(await allowed(real, [], [{ command: link }])).toBe(real)
    expect(await allowed(link, [], [{ command: real }])).toBe(link)
    expect(await allowed('server', [], [{ command: real }])).toBe(real)
  })

  test.each<[string, string, string]>([
    ['the same name elsewhere', 'other/server', 'bin/server'],
    ['another program', 'bin/bash', 'bin/server'],
    ['a link to another program', 'bin/innocent', 'bin/server'],
    ['a longer path', 'bin/server/x', 'bin/server'],
  ])('%s is refused', async (_, command, rule) => {
    const rules = [{ command: join(folder, rule), args: any }]
    expect((await failure(() => allowed(join(folder, command), [], rules))).code).toBe('MCP_POLICY_DENIED')
  })

  test.each(['Server', 'server ', ' server', 'server\t', 'serv\u0435r', 'server.exe', 'SERVER'])(
    '%j is not the name of the rule',
    async (command) => {
      const rules = [{ command: 'server', args: any }]
      expect((await failure(() => allowed(command, [], rules))).code).toBe('MCP_POLICY_DENIED')
    },
  )

  test('a program that is allowed and not there can not be started', async () => {
    for (const command of ['missing', '/missing/server', join(folder, 'bin/not-executable')])
      expect((await failure(() => allowed(command, [], [{ command }]))).code).toBe('MCP_SPAWN_FAILED')
  })
})

describe('which arguments', () => {
  test.each<[readonly string[], CommandRule['args'], boolean]>([
    [[], undefined, true],
    [['a'], undefined, false],
    [['a', 'b'], ['a', 'b'], true],
    [['a'], ['a', 'b'], false],
    [['a', 'b', 'c'], ['a', 'b'], false],
    [['b', 'a'], ['a', 'b'], false],
    [['/w/1'], [/\/w\/\d+/], true],
    [['x/w/1'], [/\/w\/\d+/], false],
    [['/w/1\n--evil'], [/\/w\/\d+/], false],
    [['/w/1x'], [/\/w\/\d+/g], false],
    [['a|b'], [/a|b/], false],
    [['--x'], (args) => args.includes('--x'), true],
    [['--y'], (args) => args.includes('--x'), false],
  ])('%j against %s: %s', async (args, matcher, fits) => {
    const work = () => allowed('server', args, [{ command: 'server', args: matcher }])
    if (fits) expect(await work()).toBe(join(folder, 'bin/server'))
    else expect((await failure(work)).code).toBe('MCP_POLICY_DENIED')
  })

  test('one of several rules is enough', async () => {
    const rules = [
      { command: 'server', args: ['a'] },
      { command: 'server', args: ['b'] },
    ]
    expect(await allowed('server', ['b'], rules)).toBe(join(folder, 'bin/server'))
  })
})

describe('arguments that are code', () => {
  test.each<[string, ...string[]]>([
    ['node', '-e', 'code'],
    ['node', '--eval', 'code'],
    ['node', '--eval=code'],
    ['node', '-ecode'],
    ['node', '-pe', 'code'],
    ['node', '-p', 'code'],
    ['node', '--print', 'code'],
    ['node', '-r', './x.cjs', 'server.js'],
    ['node', '--require=./x.cjs', 'server.js'],
    ['node', '--import', 'data:text/javascript,code', 'server.js'],
    ['node', '--experimental-loader', './x.mjs', 'server.js'],
    ['node', '--conditions', 'server.js', '-e', 'code'],
    ['node', '--env-file=/x', 'server.js'],
    ['node', '--inspect=0.0.0.0:9229', 'server.js'],
    ['node', '-'],
    ['node20', '-e', 'code'],
    ['innocent', '-e', 'code'],
    ['python3.11', '-c', 'code'],
    ['python3.11', '-m', 'http.server'],
    ['python3.11', '-uc', 'code'],
    ['python3.11', '-'],
    ['bash', '-c', 'code'],
    ['bash', '-lc', 'code'],
    ['bash', '-s'],
    ['bash', '--rcfile', 'x'],
    ['perl', '-e', 'code'],
    ['perl', '-Mstrict', '-E', 'code'],
    ['php', '-r', 'code'],
    ['bun', '-e', 'code'],
    ['bun', 'x', 'package'],
    ['deno', 'eval', 'code'],
    ['npx', '-c', 'code'],
    ['npx', '--package', 'a@1.0.0', '-c', 'code'],
    ['npm', 'exec', '--call', 'code'],
    ['env', 'A=b', 'bash'],
    ['busybox', 'sh'],
  ])('%s %s %s', async (command, ...args) => {
    const rules = [{ command, args: any }]
    expect((await failure(() => allowed(command, args, rules))).code).toBe('MCP_POLICY_DENIED')
  })

  test.each<[string, ...string[]]>([
    ['npx', 'package'],
    ['npx', '-y', '@scope/package'],
    ['npx', '-y', 'package@latest'],
    ['npx', '-y', 'package@^1.0.0'],
    ['npx', '-y', 'package@1'],
    ['npx', '-y', 'https://example.com/package.tgz'],
    ['npx', '-y', 'github:ada/package'],
    ['npx', '--package=package', 'bin'],
    ['npx', '-p', 'a@1.0.0', '-p', 'b', 'bin'],
    ['npm', 'exec', 'package'],
    ['pnpm', 'dlx', 'package'],
    ['uvx', 'package'],
    ['uvx', '--from', 'git+https://example.com/x', 'bin'],
  ])('a package of no exact version: %s %s %s %s', async (command, ...args) => {
    const rules = [{ command, args: any }]
    expect((await failure(() => allowed(command, args, rules))).code).toBe('MCP_POLICY_DENIED')
  })

  test.each<[string, ...string[]]>([
    ['node', 'server.js'],
    ['node', 'server.js', '-e', 'mine'],
    ['node', '--enable-source-maps', 'server.js', 'stdio'],
    ['node', '--max-old-space-size=256', 'server.js', '-p', '8080'],
    ['python3.11', 'server.py', '-c', 'config.ini'],
    ['bash', 'server.sh'],
    ['npx', '-y', '@scope/package@1.2.3', '/folder'],
    ['npx', '--package=package@1.2.3-beta.1', 'bin'],
    ['npm', 'exec', 'package@1.2.3'],
    ['uvx', 'package==1.2.3', '--repository', '/x'],
    ['uvx', '--from', 'package@1.2.3', 'bin'],
    ['server', '-c', '-e', '--eval'],
  ])('what is none passes: %s %s %s %s', async (command, ...args) => {
    expect(await allowed(command, args, [{ command, args: any }])).toBe(join(folder, 'bin', command))
  })
})

describe('the environment of a program', () => {
  test.each([
    ...[
      'LD_PRELOAD',
      'LD_LIBRARY_PATH',
      'DYLD_INSERT_LIBRARIES',
      'NODE_OPTIONS',
      'NODE_PATH',
      'PYTHONPATH',
      'PYTHONSTARTUP',
    ],
    ...['BASH_ENV', 'ENV', 'IFS', 'GIT_SSH', 'GIT_SSH_COMMAND', 'npm_config_registry', 'PATH', 'PERL5LIB', 'RUBYOPT'],
    ...['JAVA_TOOL_OPTIONS', 'ld_preload', 'NODE_TLS_REJECT_UNAUTHORIZED'],
  ])('%s is refused, unless it is allowed by name', async (name) => {
    expect((await failure(() => assertEnvironment('s', { [name]: 'x' }, []))).code).toBe('MCP_POLICY_DENIED')
    expect(() => assertEnvironment('s', { [name]: 'x' }, [name])).not.toThrow()
  })

  test('others pass', () => {
    expect(() =>
      assertEnvironment('s', { LANG: 'C', DEBUG: '*', API_URL: 'x', NODE_ENV: 'test', GIT_AUTHOR_NAME: 'a' }, []),
    ).not.toThrow()
  })

  test('six names of this process and nothing else goes along', () => {
    vi.stubEnv('PLANTED_SECRET', 'x')
    vi.stubEnv('TERM', '() { :; }; evil')
    const env = programEnvironment({ LANG: 'C' })
    expect(
      Object.keys(env).filter((name) => !['HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER', 'LANG'].includes(name)),
    ).toEqual([])
    expect(env.LANG).toBe('C')
  })
})
