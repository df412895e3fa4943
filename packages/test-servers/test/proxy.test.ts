import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { proxy } from '../src/index.ts'

test('proxy: passes through, counts, and has the URL of its target', async () => {
  const { through, client, echo } = await connected()
  expect(through.url).toBe(`tcp://user@127.0.0.1:${through.port}/path`)
  client.write('hello')
  expect(await bytesFrom(client, 5)).toBe('hello')
  expect(through.counters).toEqual({
    ...{ connections: 1, liveConnections: 1, requestBytes: 5, replyBytes: 5, droppedReplies: 0 },
  })
  client.end()
  await expect.poll(() => through.counters.liveConnections).toBe(0)
  expect(echo.received).toBe('hello')
})

test('proxy: passes a large answer on whole', async () => {
  const { client } = await connected()
  const large = 'x'.repeat(5_000_000)
  client.write(large)
  expect(await bytesFrom(client, large.length)).toBe(large)
})

test('proxy: delays, and keeps the order when the delay is shortened', async () => {
  const { through, client, echo } = await connected()
  through.delay(100, 'request')
  const start = performance.now()
  client.write('slow,')
  await expect.poll(() => through.counters.requestBytes).toBe(5)
  through.delay(0)
  client.write('fast')
  expect(await bytesFrom(client, 9)).toBe('slow,fast')
  expect(performance.now() - start).toBeGreaterThanOrEqual(95)
  expect(echo.received).toBe('slow,fast')
})

test('proxy: a black hole takes requests and new connections, and answers nothing', async () => {
  const { through, client, echo } = await connected()
  through.blackHole()
  client.write('lost')
  const other = await connectTo(through.port)
  other.write('lost')
  await expect.poll(() => through.counters.requestBytes).toBe(8)
  through.heal()
  client.write('kept')
  expect(await bytesFrom(client, 4)).toBe('kept')
  expect(echo.received).toBe('kept')
})

test('proxy: a black hole for replies lets the server work', async () => {
  const { through, client, echo } = await connected()
  through.blackHole('reply')
  client.write('done')
  await expect.poll(() => through.counters.replyBytes).toBe(4)
  expect(echo.received).toBe('done')
  expect(client.bytesRead).toBe(0)
})

test('proxy: refuses new connections and leaves live ones', async () => {
  const { through, client } = await connected()
  through.refuse()
  const refused = connect(through.port, '127.0.0.1')
  expect(await errorOf(refused)).toBe('ECONNRESET')
  client.write('still')
  expect(await bytesFrom(client, 5)).toBe('still')
})

test('proxy: resets live connections on both sides and takes new ones', async () => {
  const { through, client, echo } = await connected()
  const serverSide = echo.closed()
  const error = errorOf(client)
  through.reset()
  expect(await error).toBe('ECONNRESET')
  await serverSide
  const next = await connectTo(through.port)
  next.write('new')
  expect(await bytesFrom(next, 3)).toBe('new')
})

test('proxy: cuts the reply after some bytes, once', async () => {
  const { through, client } = await connected()
  through.cutAfter(3)
  const broken = new Promise((resolve) => client.once('close', resolve))
  client.write('hello')
  expect(await bytesFrom(client, 3)).toBe('hel')
  await broken
  const next = await connectTo(through.port)
  next.write('hello')
  expect(await bytesFrom(next, 5)).toBe('hello')
})

test('proxy: cuts a request after some bytes', async () => {
  const { through, client, echo } = await connected()
  through.cutAfter(2, 'request')
  const error = errorOf(client)
  client.write('hello')
  expect(await error).toBe('ECONNRESET')
  await expect.poll(() => echo.received).toBe('he')
})

test('proxy: drops the reply to the request that was chosen, after the server has had it', async () => {
  const { through, client, echo } = await connected()
  through.dropNextReply((request) => request.includes('COMMIT'))
  client.write('BEGIN')
  expect(await bytesFrom(client, 5)).toBe('BEGIN')
  const error = errorOf(client)
  client.write('COMMIT')
  expect(await error).toBe('ECONNRESET')
  expect(echo.received).toBe('BEGINCOMMIT')
  expect(client.bytesRead).toBe(5)
  expect(through.counters.droppedReplies).toBe(1)
  const next = await connectTo(through.port)
  next.write('COMMIT')
  expect(await bytesFrom(next, 6)).toBe('COMMIT')
})

test('proxy: without a target the client is reset', async () => {
  const nowhere = await proxy(1)
  onTestFinished(() => nowhere.close())
  expect(await errorOf(connect(nowhere.port, '127.0.0.1'))).toBe('ECONNRESET')
})

test('proxy: closed, it ends its connections and gives the port back', async () => {
  const { through, client } = await connected()
  const error = errorOf(client)
  await through.close()
  await through.close()
  expect(await error).toBe('ECONNRESET')
  expect(await errorOf(connect(through.port, '127.0.0.1'))).toBe('ECONNREFUSED')
})

async function connected() {
  const echo = await startEcho()
  const through = await proxy(`tcp://user@127.0.0.1:${echo.port}/path`)
  onTestFinished(() => through.close())
  const client = await connectTo(through.port)
  await expect.poll(echo.connections).toBe(1)
  return { echo, through, client }
}

async function startEcho() {
  const sockets: Socket[] = []
  const state = { received: '' }
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      state.received += bytes
      socket.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    connections: () => sockets.length,
    closed: () => Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)))),
    get received() {
      return state.received
    },
  }
}

async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  onTestFinished(() => void socket.destroy())
  return socket
}

async function bytesFrom(socket: Socket, count: number): Promise<string> {
  const pieces: Buffer[] = []
  const signal = AbortSignal.timeout(5_000)
  while (pieces.reduce((sum, { length }) => sum + length, 0) < count) {
    const [bytes] = await once(socket, 'data', { signal })
    pieces.push(bytes)
  }
  return `${Buffer.concat(pieces)}`
}

async function errorOf(socket: Socket): Promise<string> {
  const error = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(`${error.code}`))
  })
  return await Promise.race([error, after(5_000, 'no error', { ref: false })])
}
