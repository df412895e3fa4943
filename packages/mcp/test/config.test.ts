import { isSessError, type SessError } from '@sess/core'
import { describe, expect, test } from 'vitest'
import { checkedConfig } from '../src/config/checked-config.ts'
import { parsedText } from '../src/config/reference.ts'
import { withSecrets } from '../src/config/secrets.ts'

function refusal(config: unknown): SessError {
  try {
    checkedConfig(config)
  } catch (error) {
    if (isSessError(error)) return error
    throw error
  }
  throw new Error('it was taken')
}

const program = { id: 'files', transport: 'stdio', command: 'node' }
const address = { id: 'web', transport: 'http', url: 'https://mcp.example.com/mcp' }

describe('what is refused, by field', () => {
  test.each<[string, string, unknown]>([
    ['no object', 'config', 'node server.js'],
    ['nothing', 'config', null],
    ['a function inside', 'config.args', { ...program, args: () => [] }],
    ['no id', 'id', { transport: 'stdio', command: 'node' }],
    ['an id with an underscore', 'id', { ...program, id: 'my_files' }],
    ['an id with a capital', 'id', { ...program, id: 'Files' }],
    ['an id that begins with -', 'id', { ...program, id: '-a' }],
    ['an id of 33 characters', 'id', { ...program, id: 'a'.repeat(33) }],
    ['an id with a line end', 'id', { ...program, id: 'a\n' }],
    ['an unknown transport', 'transport', { id: 'a', transport: 'carrier-pigeon' }],
    ['a transport that every object has', 'transport', { id: 'a', transport: 'constructor' }],
    ['no transport', 'transport', { id: 'a', command: 'node' }],
    ['a key that is unknown', 'cwd', { ...program, cwd: '/' }],
    ['a key of another transport', 'url', { ...program, url: 'https://a.example' }],
    ['required that is no boolean', 'required', { ...program, required: 'yes' }],
    ['more than 16 KiB', 'config', { ...program, args: ['x'.repeat(17_000)] }],
    ['no command', 'command', { id: 'a', transport: 'stdio' }],
    ['an empty command', 'command', { ...program, command: '' }],
    ['a relative path', 'command', { ...program, command: './server' }],
    ['a path that climbs', 'command', { ...program, command: '../server' }],
    ['a folder and a name', 'command', { ...program, command: 'bin/server' }],
    ['a path of Windows', 'command', { ...program, command: 'C:\\server.exe' }],
    ['a reference for a command', 'command', { ...program, command: `\${env:SERVER}` }],
    ['a command with a line end', 'command', { ...program, command: 'node\nrm' }],
    ['args that are no list', 'args', { ...program, args: 'server.js' }],
    ['an arg that is no text', 'args[1]', { ...program, args: ['a', 1] }],
    ['an arg with a null', 'args[0]', { ...program, args: ['a\0b'] }],
    ['a reference without a source', 'args[0]', { ...program, args: [`\${HOME}`] }],
    ['a reference without an end', 'args[0]', { ...program, args: [`\${env:HOME`] }],
    ['65 args', 'args', { ...program, args: Array.from({ length: 65 }, () => 'a') }],
    ['a variable with =', 'env', { ...program, env: { 'A=B': 'c' } }],
    ['a variable that is no text', 'env.A', { ...program, env: { A: 1 } }],
    ['no url', 'url', { id: 'a', transport: 'http' }],
    ['a relative url', 'url', { ...address, url: '/mcp' }],
    ['a file', 'url', { ...address, url: 'file:///etc/passwd' }],
    ['a user in a url', 'url', { ...address, url: 'https://ada@mcp.example.com/' }],
    ['a fragment', 'url', { ...address, url: 'https://mcp.example.com/#a' }],
    ['a header name with a space', 'headers', { ...address, headers: { 'a b': 'c' } }],
    ['a header that begins another one', 'headers.a', { ...address, headers: { a: 'b\r\nc: d' } }],
    ['a kind of auth that is unknown', 'auth.type', { ...address, auth: { type: 'basic' } }],
    ['bearer without a token', 'auth.token', { ...address, auth: { type: 'bearer' } }],
    ['OAuth without a provider', 'auth.provider', { ...address, auth: { type: 'oauth' } }],
    ['a key of auth that is unknown', 'auth.realm', { ...address, auth: { type: 'none', realm: 'a' } }],
    ['no factory', 'factory', { id: 'a', transport: 'in-process' }],
    ['options that are no object', 'options', { id: 'a', transport: 'in-process', factory: 'f', options: [] }],
  ])('%s', (_, field, config) => {
    const error = refusal(config)
    expect([error.code, error.details]).toMatchObject(['MCP_CONFIG_INVALID', { field }])
  })
})

test('what is right is copied and frozen', () => {
  const config = { ...program, args: ['server.js', `\${session:workspace}`], env: { LANG: 'C' }, required: true }
  const checked = checkedConfig(config)
  expect(checked).toEqual(config)
  config.args.push('later')
  expect(checked).not.toEqual(config)
  expect(Object.isFrozen((checked as typeof config).args)).toBe(true)
})

// Made up of pieces, so that nothing here looks like a secret to whoever scans repositories.
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const secretTexts: readonly [string, string][] = [
  ['GitHub', `ghp_${letters.slice(0, 36)}`],
  ['GitHub, fine-grained', `github_pat_${letters.slice(0, 30)}`],
  ['GitLab', `glpat-${letters.slice(0, 20)}`],
  ['OpenAI', `sk-proj-${letters.slice(0, 40)}`],
  ['Stripe', `sk_live_${letters.slice(0, 24)}`],
  ['Slack', `xoxb-${letters.slice(0, 24)}`],
  ['AWS', `AKIA${'ABCDEFGHIJKLMNOP'}`],
  ['Google', `AIza${letters.slice(0, 35)}`],
  ['npm', `npm_${letters.slice(0, 36)}`],
  ['Hugging Face', `hf_${letters.slice(0, 34)}`],
  ['a JWT', `eyJ${letters.slice(0, 20)}.eyJ${letters.slice(0, 20)}.${letters.slice(0, 20)}`],
  ['a private key', `-----BEGIN ${'RSA '}PRIVATE KEY-----`],
  ['a password in an address', `postgres://ada:${'hunter2'}@db.example.com/x`],
]

describe('secrets that stand in a configuration', () => {
  test.each(secretTexts)('a key of %s is found wherever it stands, and not repeated', (_, secret) => {
    for (const config of [
      { ...program, args: ['--x', secret] },
      { ...program, args: [`--x=${secret}`] },
      { ...program, env: { PLAIN: secret } },
      { ...program, env: { PLAIN: `\${env:X:-${secret}}` } },
      { ...address, headers: { 'x-plain': secret } },
      { id: 'a', transport: 'in-process', factory: 'f', options: { deep: [{ plain: secret }] } },
    ]) {
      const error = refusal(config)
      expect(error.code).toBe('MCP_SECRET_INLINE')
      expect(`${error.message} ${JSON.stringify(error.details)}`).not.toContain(secret)
    }
  })

  test.each<[string, string, unknown]>([
    ['a variable', 'env.API_KEY', { ...program, env: { API_KEY: 'correct-horse' } }],
    ['a variable in small letters', 'env.db_password', { ...program, env: { db_password: 'correct-horse' } }],
    ['a variable of several words', 'env.AWS_SECRET_ACCESS_KEY', { ...program, env: { AWS_SECRET_ACCESS_KEY: 'x1' } }],
    ['a number as password', 'env.PASSWORD', { ...program, env: { PASSWORD: '12345678' } }],
    ['a default', 'env.TOKEN', { ...program, env: { TOKEN: `\${env:TOKEN:-correct-horse}` } }],
    ['a reference with more beside it', 'env.TOKEN', { ...program, env: { TOKEN: `correct-\${env:A}` } }],
    ['a flag and its value', 'args[1]', { ...program, args: ['--api-key', 'correct-horse'] }],
    ['a flag with its value', 'args[0]', { ...program, args: ['--token=correct-horse'] }],
    ['a header as argument', 'args[1]', { ...program, args: ['--header', 'Authorization: Bearer correct-horse'] }],
    ['a variable as argument', 'args[1]', { ...program, args: ['-e', 'GITHUB_TOKEN=correct-horse'] }],
    ['the header for it', 'headers.Authorization', { ...address, headers: { Authorization: 'Bearer correct-horse' } }],
    ['a cookie', 'headers.cookie', { ...address, headers: { cookie: 'sid=1' } }],
    ['a header of its own', 'headers.X-Api-Key', { ...address, headers: { 'X-Api-Key': 'correct-horse' } }],
    ['a query', 'url', { ...address, url: 'https://mcp.example.com/mcp?api_key=correct-horse' }],
    ['a query named key', 'url', { ...address, url: 'https://mcp.example.com/mcp?key=correct-horse' }],
    ['a bearer token', 'auth.token', { ...address, auth: { type: 'bearer', token: 'correct-horse' } }],
    [
      'an option',
      'options.db.password',
      { id: 'a', transport: 'in-process', factory: 'f', options: { db: { password: 'x' } } },
    ],
  ])('%s is told by its name', (_, field, config) => {
    const error = refusal(config)
    expect([error.code, error.details]).toMatchObject(['MCP_SECRET_INLINE', { field }])
    expect(error.message).not.toMatch(/correct-horse|12345678/)
  })

  const workspace = `\${session:workspace}`
  test.each<[string, unknown]>([
    ['server-filesystem', { ...program, args: ['/opt/mcp/filesystem.js', workspace] }],
    ['server-everything', { ...program, args: ['/opt/mcp/everything.js', 'stdio'] }],
    ['server-memory', { ...program, env: { MEMORY_FILE_PATH: `${workspace}/memory.json` } }],
    [
      'npx with a version',
      { ...program, command: 'npx', args: ['-y', '@modelcontextprotocol/server-github@2025.4.8'] },
    ],
    [
      'docker',
      {
        ...program,
        command: 'docker',
        args: ['run', '-i', '--rm', '-e', 'GITHUB_TOKEN', 'ghcr.io/github/github-mcp-server:1.2.3'],
      },
    ],
    ['docker with a reference', { ...program, command: 'docker', args: ['run', '-e', `TOKEN=\${env:GITHUB_TOKEN}`] }],
    ['uvx', { ...program, command: 'uvx', args: ['mcp-server-git==2025.1.2', '--repository', workspace] }],
    ['a token by reference', { ...program, env: { GITHUB_PERSONAL_ACCESS_TOKEN: `\${env:GITHUB_TOKEN}` } }],
    ['a prompt of an editor', { ...program, env: { API_KEY: `\${input:api-key}` } }],
    ['a number of tokens', { ...program, env: { MAX_TOKENS: '4096' } }],
    ['the limit of a token', { ...program, env: { TOKEN_LIMIT: '100' } }],
    ['a tokenizer', { ...program, env: { TOKENIZER: 'cl100k_base' } }],
    ['a keyboard', { ...program, env: { KEYBOARD_LAYOUT: 'de' } }],
    ['a monkey', { ...program, env: { MONKEY: 'capuchin' } }],
    ['a primary key', { ...program, env: { PRIMARY_KEY: 'id' } }],
    ['a file of a key', { ...program, env: { API_KEY_FILE: '/run/secrets/key' } }],
    ['a path of a key', { ...program, env: { SSH_KEY_PATH: '~/.ssh/deploy' } }],
    ['the path of credentials', { ...program, env: { GOOGLE_APPLICATION_CREDENTIALS: '/etc/gcp/key.json' } }],
    ['a switch', { ...program, env: { USE_TOKEN: 'true', COOKIE: '' } }],
    ['a region', { ...program, env: { AWS_REGION: 'eu-central-1', AWS_PROFILE: 'dev' } }],
    ['an address of a database without a password', { ...program, args: ['postgresql://localhost/mydb'] }],
    ['an address with a port', { ...program, args: ['redis://cache.example.com:6379/0'] }],
    ['a scoped package', { ...program, args: ['@scope/pkg@1.2.3'] }],
    ['an mail address', { ...program, env: { AUTHOR: 'ada@example.com' } }],
    ['a hash', { ...program, args: ['--commit', '0123456789abcdef0123456789abcdef01234567'] }],
    ['an UUID', { ...program, env: { PROJECT_ID: '6f1b2c3d-1111-4222-8333-444455556666' } }],
    ['a plain address', address],
    ['a query', { ...address, url: 'https://mcp.example.com/mcp?profile=default&tools=a,b' }],
    ['a query by reference', { ...address, url: `https://mcp.example.com/mcp?api_key=\${env:KEY}` }],
    ['headers', { ...address, headers: { 'X-Team': 'support', Accept: 'application/json', 'X-Token-Type': 'jwt' } }],
    ['a bearer by reference', { ...address, headers: { Authorization: `Bearer \${env:TOKEN}` } }],
    ['auth by reference', { ...address, auth: { type: 'bearer', token: `\${vault:teams/acme/mcp}` } }],
    ['OAuth', { ...address, auth: { type: 'oauth', provider: 'acme' } }],
    ['an address of this machine', { ...address, url: 'http://localhost:3001/sse', transport: 'sse' }],
    [
      'a factory with options',
      { id: 'a', transport: 'in-process', factory: 'notes', options: { lines: 10, keys: ['a'] } },
    ],
  ])('%s passes', (_, config) => {
    expect(checkedConfig(config)).toEqual(config)
  })
})

describe('references', () => {
  const known: Readonly<Record<string, string>> = { A: 'one', NESTED: `\${env:A}`, EMPTY: '' }
  const lookUp = async ({ name }: { readonly name: string }) => known[name]

  test.each([
    [`\${env:A}`, 'one'],
    [`a \${env:A} b \${env:A}`, 'a one b one'],
    [`\${env:B:-two}`, 'two'],
    [`\${env:B:-}`, ''],
    [`\${env:EMPTY:-three}`, 'three'],
    [`\${env:A:-two}`, 'one'],
    ['$A $$ {env:A}', '$A $$ {env:A}'],
  ])('%s is %s', async (text, expected) => {
    expect(await withSecrets(text, 's', lookUp)).toBe(expected)
  })

  test('what comes is not looked at again', async () => {
    expect(await withSecrets(`\${env:NESTED}`, 's', lookUp)).toBe(`\${env:A}`)
  })

  test('one that nobody knows is an error that names it, and never text', async () => {
    await expect(withSecrets(`a \${env:NOBODY}`, 's', lookUp)).rejects.toMatchObject({
      code: 'MCP_SECRET_UNRESOLVED',
      details: { server: 's', reference: 'env:NOBODY' },
    })
  })

  test.each([`\${A}`, `\${env:}`, `\${env:A`, `\${ENV:A}`, `\${env:A B}`, `\${env:A:-\${env:B}}`])(
    '%s is none',
    (text) => {
      expect(parsedText(text)).toBeNull()
    },
  )
})
