import type { AppendResult } from '@sess/core'
import type { ChatOperation, ChatState } from './chat-state.ts'

/** Operations a chat remembers. */
const remembered = 16

/** What this operation did to the chat before. */
export function doneInChat({ operations }: ChatState, operationId: string): ChatOperation | undefined {
  return operations.find(({ id }) => id === operationId)
}

export function rememberInChat(chat: ChatState, id: string, result: AppendResult | null): void {
  chat.operations = [...chat.operations, { id, result }].slice(-remembered)
}
