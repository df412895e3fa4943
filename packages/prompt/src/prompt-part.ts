import type { JsonObject } from '@sess/core'

/** One piece of a system prompt, written by the operator. Rows with more columns than these may be handed in as they are. */
export type PromptPart = GlobalPart | OrgPart | UserPart | ChatPart

/** Stands in every prompt. */
export type GlobalPart = PartFields & PartBody & Unowned & { readonly scope: 'global' }

/** Stands in the prompts of one organisation. */
export type OrgPart = PartFields & PartBody & OwnedByOrg & { readonly scope: 'org' }

/** Stands in the prompts of one user of one organisation. */
export type UserPart = PartFields & PartBody & OwnedByUser & { readonly scope: 'user' }

/** Like a user's part, and stands last: what is said about the conversation and not about the person. */
export type ChatPart = PartFields & PartBody & OwnedByUser & { readonly scope: 'chat' }

/** Where a part comes from, from the widest to the narrowest. */
export type PromptScope = PromptPart['scope']

interface PartFields {
  /** 1 to 255 bytes; unique among the parts of one prompt. */
  readonly id: string
  /** For people. 1 to 255 bytes. */
  readonly name: string
  /** Values for the template. They win over the composer's, and the caller's win over them. They are inserted as they are. */
  readonly variables?: JsonObject | undefined
  /** An integer from −1000 to 1000; higher stands earlier. @default 0 */
  readonly priority?: number | undefined
  /** Whether the part is used. @default true */
  readonly active?: boolean | undefined
}

/** `content` is kept to the letter; in a `template`, `{{name}}` is replaced. */
type PartBody =
  | { readonly content: string; readonly template?: undefined }
  | { readonly template: string; readonly content?: undefined }

type Unowned = { readonly orgId?: undefined; readonly userId?: undefined }
type OwnedByOrg = { readonly orgId: string; readonly userId?: undefined }
type OwnedByUser = { readonly orgId: string; readonly userId: string }
