import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SessionManager, type Store } from '@sess/core'

/** Texts that can be found again wherever they are written. */
export class Markers {
  /** What all begin with, and nothing else does. */
  readonly #prefix = `mark${randomBytes(8).toString('hex')}`
  #count = 0

  get prefix(): string {
    return this.#prefix
  }

  get count(): number {
    return this.#count
  }

  next(): string {
    return `${this.#prefix}-${1_000_000 + this.#count++}`
  }

  /** How many of them are in the files of a folder, whichever these are. */
  foundIn(folder: string): number {
    const found = new Set<string>()
    for (const bytes of filesIn(folder)) {
      for (let at = bytes.indexOf(this.#prefix); at >= 0; at = bytes.indexOf(this.#prefix, at + 1))
        found.add(bytes.toString('latin1', at, at + this.#prefix.length + 8))
    }
    return found.size
  }
}

/** Puts a thousand markers wherever a user's words go: names, metadata, preferences, prompts, context, messages and answers. */
export async function plantMarkers(store: Store, markers: Markers): Promise<void> {
  const manager = new SessionManager({ store, agent: async () => `answer ${markers.next()}` })
  const mark = (): string => markers.next()
  for (let round = 0; round < 60; round++) {
    const session = await manager.for({ orgId: 'acme', userId: 'ada' }).createSession({
      name: mark(),
      metadata: { [mark()]: mark() },
      preferences: { tone: mark() },
      promptVariables: { product: mark() },
      context: { note: mark(), list: [mark()] },
      systemPrompt: mark(),
    })
    const chat = await session.createChat({
      ...{ name: mark(), agent: { model: mark() }, systemPrompt: mark(), metadata: { a: mark() }, tags: [mark()] },
    })
    await chat.sendMessage(mark())
    await chat.addMessage({
      role: 'user',
      name: mark(),
      content: [{ type: 'text', text: mark() }],
      metadata: { m: mark() },
    })
  }
}

/** The names of the files of a folder, and what is in them. A server that runs removes some of them at any time. */
function* filesIn(folder: string): Generator<Buffer, void, undefined> {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    yield Buffer.from(name)
    try {
      if (statSync(path).isFile()) yield readFileSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
