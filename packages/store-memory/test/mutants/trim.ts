import { type ChatRef, type Message, outsideResults, type Store, type StoredChat, unansweredCalls } from '@sess/core'
import type { Mutant } from './mutant.ts'

/** Index of the message with which a chat of `max` begins; those before `gone` were trimmed earlier. */
type TrimRule = (messages: readonly Message[], max: number, gone: number) => number

const results = ({ content }: Message): number => outsideResults(content).length

function beginsIn(messages: readonly Message[], answered = results): readonly boolean[] {
  let open = 0
  return messages.map((message) => {
    const begins = open === 0 && answered(message) === 0
    open = Math.max(0, open - answered(message)) + unansweredCalls(message.content).length
    return begins
  })
}

/** The rule as it should be: a store that trims by it fails nothing. */
export const rightRule: TrimRule = (messages, max, gone) => {
  const begins = beginsIn(messages)
  const oldest = messages.length - max
  const inside = begins.indexOf(true, oldest)
  if (inside >= 0) return inside
  const before = begins.lastIndexOf(true, oldest - 1)
  if (before >= gone && messages.length - before < 2 * max) return before
  const noResult = messages.findIndex((message, index) => index >= oldest && results(message) === 0)
  return noResult < 0 ? messages.length : noResult
}

/** A store that trims by another rule: the one below it trims nothing, this one hides what the rule drops. */
export function trimming(rule: TrimRule): Mutant['breaks'] {
  return (store) => {
    const limits = new Map<string, number>()
    const firsts = new Map<string, number>()

    const all = async (chat: ChatRef): Promise<readonly Message[]> =>
      (await store.readMessages(chat, { limit: 1000 })).messages
    async function trim(chat: ChatRef): Promise<number> {
      const max = limits.get(chat.id)
      const messages = await all(chat)
      const first = firsts.get(chat.id) ?? messages[0]?.seq ?? 1
      if (max === undefined) return first
      // Open calls are counted from the oldest message there ever was, as the contract has it.
      const gone = messages.filter(({ seq }) => seq < first).length
      const start = messages.length - gone <= max ? gone : Math.max(gone, rule(messages, max, gone))
      const firstSeq = messages[start]?.seq ?? (messages.at(-1)?.seq ?? 0) + 1
      firsts.set(chat.id, firstSeq)
      return firstSeq
    }
    const shown = (chat: StoredChat | null): StoredChat | null =>
      chat === null
        ? null
        : {
            ...chat,
            firstSeq: firsts.get(chat.id) ?? chat.firstSeq,
            maxMessages: limits.get(chat.id) ?? chat.maxMessages,
          }

    return {
      createChat: async (session, chat, options) => {
        const trims = chat.overflow === 'trim-oldest' && chat.maxMessages !== null
        const answer = await store.createChat(session, trims ? { ...chat, maxMessages: null } : chat, options)
        if (trims && chat.maxMessages !== null) limits.set(chat.id, chat.maxMessages)
        return { ...answer, chat: shown(answer.chat) ?? answer.chat }
      },
      getChat: async (ref, options) => shown(await store.getChat(ref, options)),
      listChats: async (ref, options) => {
        const page = await store.listChats(ref, options)
        return { ...page, items: page.items.map((chat) => shown(chat) ?? chat) }
      },
      appendMessages: async (chat, messages, options) => {
        const result = await store.appendMessages(chat, messages, options)
        return limits.has(chat.id) ? { ...result, firstSeq: await trim(chat) } : result
      },
      rewriteMessages: async (chat, keepThrough, messages, options) => {
        const result = await store.rewriteMessages(chat, keepThrough, messages, options)
        return limits.has(chat.id) ? { ...result, firstSeq: await trim(chat) } : result
      },
      readMessages: async (chat, range, options) => {
        const page = await store.readMessages(chat, range, options)
        if (!limits.has(chat.id)) return page
        const firstSeq = firsts.get(chat.id) ?? page.firstSeq
        return window(await all(chat), firstSeq, page.lastSeq, range)
      },
    }
  }
}

function window(
  messages: readonly Message[],
  firstSeq: number,
  lastSeq: number,
  { before, after, offset, limit }: Parameters<Store['readMessages']>[1],
) {
  const kept = messages.filter(({ seq }) => seq >= firstSeq)
  const from = offset ?? kept.findIndex(({ seq }) => seq > (after ?? 0))
  const some =
    after === undefined && offset === undefined
      ? kept.filter(({ seq }) => seq < (before ?? Number.POSITIVE_INFINITY)).slice(-limit)
      : kept.slice(from < 0 ? kept.length : from, (from < 0 ? kept.length : from) + limit)
  return { messages: Object.freeze(some), firstSeq, lastSeq }
}

export const trimMutants: readonly Mutant[] = [
  { name: 'trim: nothing is trimmed', breaks: trimming(() => 0) },
  { name: 'trim: pairs are torn', breaks: trimming((messages, max) => messages.length - max) },
  {
    name: 'trim: one message more is kept',
    breaks: trimming((messages, max, gone) => Math.max(0, rightRule(messages, max, gone) - 1)),
  },
  {
    name: 'trim: only leading results are dropped',
    breaks: trimming((messages, max) => {
      const oldest = messages.length - max
      const start = messages.findIndex((message, index) => index >= oldest && results(message) === 0)
      return start < 0 ? messages.length : start
    }),
  },
  {
    name: 'trim: a message is taken for a beginning while a call is open',
    breaks: trimming((messages, max, gone) => {
      const oldest = messages.length - max
      const start = messages.findIndex(({ role }, index) => index >= oldest && role === 'user')
      return start < 0 ? rightRule(messages, max, gone) : start
    }),
  },
  {
    name: 'trim: one result answers all parallel calls',
    breaks: trimming((messages, max, gone) => {
      let open = 0
      const begins = messages.map((message) => {
        const here = open === 0 && results(message) === 0
        if (results(message) > 0) open = 0
        open += unansweredCalls(message.content).length
        return here
      })
      const inside = begins.indexOf(true, messages.length - max)
      return inside < 0 ? rightRule(messages, max, gone) : inside
    }),
  },
  {
    name: 'trim: only the message right after a call is looked at',
    breaks: trimming((messages, max) => {
      const oldest = messages.length - max
      const start = messages[oldest]
      return start !== undefined && results(start) > 0 && oldest > 0 ? oldest - 1 : oldest
    }),
  },
  {
    name: 'trim: a call that its message answers itself stays open',
    breaks: trimming((messages, max, gone) => {
      if (
        !messages.some(
          ({ content }) =>
            typeof content !== 'string' &&
            content.some(({ type }) => type === 'tool-result') &&
            content.some(({ type }) => type === 'tool-call') &&
            results({ content } as Message) === 0,
        )
      )
        return rightRule(messages, max, gone)
      return messages.length - max + 1
    }),
  },
  {
    name: 'trim: an exchange longer than the limit is cut',
    breaks: trimming((messages, max) => {
      const oldest = messages.length - max
      const inside = beginsIn(messages).indexOf(true, oldest)
      if (inside >= 0) return inside
      const noResult = messages.findIndex((message, index) => index >= oldest && results(message) === 0)
      return noResult < 0 ? messages.length : noResult
    }),
  },
  {
    name: 'trim: an exchange is kept whole, however long',
    breaks: trimming((messages, max) => {
      const begins = beginsIn(messages)
      const oldest = messages.length - max
      const inside = begins.indexOf(true, oldest)
      return inside >= 0 ? inside : Math.max(0, begins.lastIndexOf(true, oldest - 1))
    }),
  },
  {
    name: 'trim: an exchange of exactly 2 × the limit is kept',
    breaks: trimming((messages, max, gone) => {
      const begins = beginsIn(messages)
      const oldest = messages.length - max
      const before = begins.lastIndexOf(true, oldest - 1)
      const inside = begins.indexOf(true, oldest)
      return inside < 0 && before >= 0 && messages.length - before === 2 * max ? before : rightRule(messages, max, gone)
    }),
  },
  {
    name: 'trim: after 2 × the limit it is cut at a result',
    breaks: trimming((messages, max, gone) => {
      const right = rightRule(messages, max, gone)
      const begins = beginsIn(messages)
      const oldest = messages.length - max
      return begins.indexOf(true, oldest) < 0 && right > oldest ? oldest : right
    }),
  },
]
