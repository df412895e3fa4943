/**
 * A server without a library, that can do what no library would. `argv[2]` says how it starts; its tools say what goes wrong later.
 */
import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly name?: string; readonly arguments?: Record<string, never> }
}

const [, , start = 'normal', extra = ''] = process.argv

if (start === 'exit') process.exit(Number(extra))
if (start === 'stderr-and-exit') {
  process.stderr.write(extra)
  process.exit(3)
}
if (start === 'stubborn') {
  process.on('SIGTERM', () => {})
  setInterval(() => {}, 1_000)
}
if (start === 'garbage') setInterval(() => process.stdout.write('this is not JSON\n'), 5)

createInterface({ input: process.stdin }).on('line', (line) => receive(JSON.parse(line) as Message))

function receive({ id, method, params }: Message): void {
  if (id === undefined || start === 'mute' || start === 'garbage') return
  if (method === 'initialize') {
    if (start === 'exit-in-handshake') process.exit(4)
    if (start === 'killed-in-handshake') process.kill(process.pid, 'SIGKILL')
    const protocolVersion = start === 'version' ? extra : '2025-11-25'
    answer(id, { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'fault', version: '1' } })
  } else if (method === 'tools/list') answer(id, list(start))
  else if (method === 'tools/call') call(id, params?.name ?? '', params?.arguments ?? {})
  else answer(id, {})
}

function call(id: number, name: string, input: Record<string, never>): void {
  switch (name) {
    case 'never':
      return
    case 'die':
      process.kill(process.pid, 'SIGKILL')
      return
    case 'exit':
      process.exit(Number(input.code))
      return
    case 'answer-and-exit':
      process.stdout.write(`${result(id, said('last words'))}\n`, () => process.exit(0))
      return
    case 'commit-and-die':
      appendFileSync(String(input.ledger), 'committed\n')
      process.kill(process.pid, 'SIGKILL')
      return
    case 'grandchild': {
      const stdio = input.pipes === 'inherited' ? 'inherit' : 'ignore'
      const child = spawn('/bin/sh', ['-c', 'trap "" TERM; sleep 300'], { stdio })
      // Nothing of it keeps the server alive: it is what is left when the server goes.
      child.unref()
      answer(id, said(String(child.pid)))
      return
    }
    case 'pid':
      answer(id, said(String(process.pid)))
      return
    case 'wrong-id':
      answer(id + 1_000, said('for nobody'))
      return
    case 'twice':
      answer(id, said('one'))
      answer(id, said('two'))
      return
    case 'late':
      setTimeout(() => answer(id, said('too late')), Number(input.ms))
      return
    case 'huge':
      process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`)
      for (let mebibytes = 0; mebibytes < Number(input.mebibytes); mebibytes++)
        process.stdout.write('x'.repeat(1_048_576))
      process.stdout.write('"}]}}\n')
      return
    case 'stderr-flood':
      for (let mebibytes = 0; mebibytes < Number(input.mebibytes); mebibytes++)
        process.stderr.write('e'.repeat(1_048_576))
      process.stderr.write('the end', () => answer(id, said('flooded')))
      return
    case 'noise': {
      const line = `${result(id, said('grüße'))}\n`
      process.stdout.write('Listening on port 3000\n\n   \n{"half": \n"just a text"\n[1,2]\n')
      process.stdout.write(Buffer.from([0xff, 0xfe, 0x7b, 0x0a]))
      // Cut in the middle of a character.
      const bytes = Buffer.from(line)
      const middle = bytes.indexOf(0xbc)
      process.stdout.write(bytes.subarray(0, middle))
      setTimeout(() => process.stdout.write(bytes.subarray(middle)), 30)
      return
    }
    case 'burst':
      process.stdout.write('nothing\n'.repeat(10_000), () => answer(id, said('after the burst')))
      return
    case 'environment':
      answer(id, said(JSON.stringify(process.env)))
      return
    case 'malformed-result':
      answer(id, { content: 'not a list' })
      return
    default:
      answer(id, said(name))
  }
}

function list(kind: string): object {
  const tool = { name: 'ok', inputSchema: { type: 'object' } }
  if (kind === 'endless-list') return { tools: [tool], nextCursor: String(Math.random()) }
  if (kind === 'circular-list') return { tools: [tool], nextCursor: 'again' }
  if (kind === 'malformed-list') return { tools: [tool, { name: 'no schema' }, null, 'text', { inputSchema: {} }] }
  return { tools: [tool] }
}

function said(text: string): object {
  return { content: [{ type: 'text', text }] }
}

function result(id: number, value: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: value })
}

function answer(id: number, value: object): void {
  process.stdout.write(`${result(id, value)}\n`)
}
