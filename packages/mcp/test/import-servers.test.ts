import { isSessError, type SessError } from '@sess/core'
import { describe, expect, test } from 'vitest'
import { importServers } from '../src/index.ts'

function refusal(json: string): SessError {
  try {
    importServers(json)
  } catch (error) {
    if (isSessError(error)) return error
    throw error
  }
  throw new Error('it was taken')
}

test('mcpServers of Claude and Cursor', () => {
  const { servers, warnings } = importServers(`{
    "mcpServers": {
      "files": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@2026.8.31", "\${HOME}"], "env": { "LANG": "C" } },
      "web": { "type": "http", "url": "https://mcp.example.com/mcp", "headers": { "Authorization": "Bearer \${WEB_TOKEN}" } },
      "old": { "type": "sse", "url": "\${OLD_URL:-https://old.example.com/sse}" }
    }
  }`)
  expect(servers).toEqual([
    {
      id: 'files',
      transport: 'stdio',
      command: 'npx',
      args: ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', `\${env:HOME}`],
      env: { LANG: 'C' },
    },
    {
      id: 'web',
      transport: 'http',
      url: 'https://mcp.example.com/mcp',
      headers: { Authorization: `Bearer \${env:WEB_TOKEN}` },
    },
    { id: 'old', transport: 'sse', url: `\${env:OLD_URL:-https://old.example.com/sse}` },
  ])
  expect(warnings).toEqual([expect.stringMatching(/^line 5: mcpServers\.old\.type /)])
})

test('servers of VS Code, with comments, commas at the end, and inputs', () => {
  const { servers } = importServers(`{
    // What is asked for
    "inputs": [{ "id": "key", "type": "promptString", "password": true, }],
    "servers": {
      /* the one */
      "perplexity": { "type": "stdio", "command": "node", "args": ["server.js"], "env": { "API_KEY": "\${input:key}", } },
    },
  }`)
  expect(servers).toEqual([
    { id: 'perplexity', transport: 'stdio', command: 'node', args: ['server.js'], env: { API_KEY: `\${input:key}` } },
  ])
})

test('names that are no ids are changed to some, each to one of its own', () => {
  const { servers, warnings } = importServers(`{ "mcpServers": {
    "My Server": { "url": "https://a.example" }, "my_server": { "url": "https://b.example" },
    "мой": { "url": "https://c.example" }, "${'x'.repeat(60)}": { "url": "https://d.example" } } }`)
  const ids = servers.map(({ id }) => id)
  expect(ids[0]).toBe('my-server')
  expect(ids[1]).toMatch(/^my-server-[0-9a-f]{6}$/)
  expect(new Set(ids).size).toBe(4)
  expect(warnings).toHaveLength(4)
})

test('what is not taken over is told with its line', () => {
  const { servers, warnings } = importServers(`{ "mcpServers": { "a": {
    "command": "node",
    "cwd": "/somewhere",
    "autoApprove": ["x"],
    "colour": "red" } } }`)
  expect(servers).toEqual([{ id: 'a', transport: 'stdio', command: 'node' }])
  expect(warnings.map((warning) => warning.slice(0, 6))).toEqual(['line 3', 'line 4', 'line 5'])
})

test.each<[string, number, string, string]>([
  ['nothing', 1, 'the file', ''],
  ['no JSON', 1, 'the file', 'hello'],
  ['text behind the end', 2, 'the file', '{ "mcpServers": {} }\n}'],
  ['a text without an end', 2, 'mcpServers.a.command', '{ "mcpServers": { "a": { "command":\n "node } } }'],
  ['a missing comma', 3, 'mcpServers.a.command', '{ "mcpServers": { "a": {\n "command": "node"\n "args": [] } } }'],
  ['a missing colon', 2, 'mcpServers.a', '{ "mcpServers": {\n "a" { } } }'],
  [
    'a missing bracket',
    2,
    'mcpServers.a.args.1',
    '{ "mcpServers": { "a": { "command": "node",\n "args": ["b", "c" } } }',
  ],
  ['a key without quotes', 2, 'mcpServers', '{ "mcpServers": {\n a: {} } }'],
  ['a key that is there twice', 3, 'mcpServers.a', '{ "mcpServers": {\n "a": { "command": "node" },\n "a": {} } }'],
  ['a wrong escape', 1, 'mcpServers.a.command', '{ "mcpServers": { "a": { "command": "\\x" } } }'],
  ['a wrong number', 1, 'mcpServers', '{ "mcpServers": 01 }'],
  ['a list', 1, 'the file', '[]'],
  ['another file', 1, 'the file', '{ "name": "package" }'],
  ['servers that are a list', 2, 'mcpServers', '{\n "mcpServers": [] }'],
  ['a server that is a text', 3, 'servers.a', '{ "servers": {\n\n "a": "node" } }'],
  ['neither command nor url', 2, 'mcpServers.a.command', '{ "mcpServers": {\n "a": { "args": [] } } }'],
  [
    'both command and url',
    3,
    'mcpServers.a.url',
    '{ "mcpServers": { "a": {\n "command": "node",\n "url": "https://a.example" } } }',
  ],
  [
    'an unknown type',
    2,
    'mcpServers.a.type',
    '{ "mcpServers": { "a": {\n "type": "ws", "url": "wss://a.example" } } }',
  ],
  [
    'args that are no list',
    2,
    'mcpServers.a.args',
    '{ "mcpServers": { "a": { "command": "node",\n "args": "server.js" } } }',
  ],
  [
    'an arg that is no text',
    3,
    'mcpServers.a.args[1]',
    '{ "mcpServers": { "a": { "command": "node", "args": [\n "b",\n 7 ] } } }',
  ],
  ['a relative command', 1, 'mcpServers.a.command', '{ "mcpServers": { "a": { "command": "./server" } } }'],
  ['a wrong url', 2, 'mcpServers.a.url', '{ "mcpServers": { "a": {\n "url": "example.com" } } }'],
  [
    'a reference that is none',
    1,
    'mcpServers.a.args[0]',
    '{ "mcpServers": { "a": { "command": "b", "args": ["$' + '{"] } } }',
  ],
])('%s is told with line %i and key', (_, line, field, json) => {
  const error = refusal(json)
  expect([error.code, error.details]).toMatchObject(['MCP_CONFIG_INVALID', { line, field }])
  expect(error.message).toContain(`line ${line}: ${field} `)
})

test('a secret is told with line and key, and not repeated', () => {
  const error = refusal('{ "mcpServers": { "a": { "command": "node", "env": {\n "API_KEY": "correct-horse" } } } }')
  expect(error.code).toBe('MCP_SECRET_INLINE')
  expect(error.message).toContain('line 2: mcpServers.a.env.API_KEY ')
  expect(error.message).not.toContain('correct-horse')
})

describe('size', () => {
  test('more than a mebibyte is refused', () => {
    expect(refusal(`{ "mcpServers": {} }${' '.repeat(1_048_576)}`).code).toBe('MCP_CONFIG_INVALID')
  })

  test('endless nesting is refused', () => {
    expect(refusal('['.repeat(100_000)).code).toBe('MCP_CONFIG_INVALID')
  })

  test('a mebibyte of small values is read in little time', () => {
    const json = `{ "mcpServers": {}, "x": [${'1,\n'.repeat(300_000)} ] }`
    const before = process.cpuUsage()
    expect(importServers(json).servers).toEqual([])
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000)
  })
})
