import { type ChatRef, type MessagePage, type NewMessage, newId, type Owner, type Page, type Store } from '@sess/core'
import type { MessagePlan } from './arguments.ts'
import { pick, type Turn, type World } from './world.ts'

/** A turn of this chat, or of any other where it had none. */
export function turnOf({ turns }: World, ref: ChatRef, which: number): Turn | undefined {
  const own = turns.filter(({ chat }) => chat.id === ref.id)
  return pick(own.length === 0 ? turns : own, which)
}

/** The version a record has now; what it was is of no interest where the record cannot be read. */
export async function versionOf(
  { sides: [{ store }] }: World,
  read: (store: Store) => Promise<{ readonly version: number } | null>,
): Promise<number> {
  const [outcome] = await Promise.allSettled([read(store)])
  return outcome.status === 'fulfilled' ? (outcome.value?.version ?? 1) : 1
}

export async function pageOf({ sides: [{ store }] }: World, ref: ChatRef): Promise<MessagePage> {
  const [outcome] = await Promise.allSettled([store.readMessages(ref, { limit: 1000 })])
  return outcome.status === 'fulfilled' ? outcome.value : { messages: [], firstSeq: 1, lastSeq: 0 }
}

/** The messages of a plan. Results answer calls by number, so that any of them fits. */
export async function messagesFor(world: World, ref: ChatRef, plan: MessagePlan): Promise<readonly NewMessage[]> {
  const { messages: there } = await pageOf(world, ref)
  return plan.map(({ kind, count, known }): NewMessage => {
    const old = known === null ? undefined : pick(there, known.number)
    if (old !== undefined && known?.same === true) {
      const { seq, createdAt, ...message } = old
      return message
    }
    const id = old?.id ?? newId()
    const callIds = Array.from({ length: count }, (_, index) => `call ${index}`)
    if (kind === 'calls') {
      const content = callIds.map((callId) => ({ type: 'tool-call', callId, name: 'look', input: null }) as const)
      return { id, role: 'assistant', content }
    }
    if (kind === 'results') {
      const content = callIds.map((callId) => ({ type: 'tool-result', callId, output: null }) as const)
      return { id, role: 'tool', content }
    }
    return { id, role: 'user', content: `${count}` }
  })
}

export function scopeOf(where: string, { orgId, userId }: Owner): { orgId?: string; userId?: string } {
  if (where === 'store') return {}
  return where === 'org' ? { orgId } : { orgId, userId }
}

export async function readAll<Item>(
  next: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await next(cursor)
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
}
