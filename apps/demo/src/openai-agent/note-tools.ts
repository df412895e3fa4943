import type { Turn } from '@sess/core'
import { type ToolSet, tool } from 'ai'
import { z } from 'zod'

/** Tools that keep notes in the session's context, where every chat of the session finds them. */
export function noteTools({ context }: Pick<Turn, 'context'>): ToolSet {
  return {
    save_note: tool({
      description: 'Keeps a short note for the whole session, under a name.',
      inputSchema: z.object({ name: z.string().min(1).max(60), text: z.string().max(500) }),
      execute: async ({ name, text }) => {
        await context.set(`note:${name}`, text)
        return { saved: name }
      },
    }),
    read_notes: tool({
      description: 'All notes of the session.',
      inputSchema: z.object({}),
      execute: async () =>
        Object.fromEntries(
          (await context.entries())
            .filter(([key]) => key.startsWith('note:'))
            .map(([key, value]) => [key.slice(5), value]),
        ),
    }),
  }
}
