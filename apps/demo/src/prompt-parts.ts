import type { GlobalPart, OrgPart, UserPart } from '@sess/prompt'

/** What every prompt says. */
export const globalParts: readonly GlobalPart[] = [
  {
    id: 'manners',
    name: 'Manners',
    scope: 'global',
    content: 'You are a careful assistant. You answer in a few plain sentences and say so when you do not know.',
  },
]

/** What each organisation adds. */
export const orgParts: readonly OrgPart[] = [
  {
    id: 'house',
    name: 'House style',
    scope: 'org',
    orgId: 'acme',
    content: 'You work for Acme, a maker of garden tools. You never promise a delivery date.',
  },
  {
    id: 'house',
    name: 'House style',
    scope: 'org',
    orgId: 'globex',
    content: 'You work for Globex, an airline. You always ask for the booking number.',
  },
]

/** What is known of single users; `{{language}}` is given when the session is created. */
export const userParts: readonly UserPart[] = [
  {
    id: 'person',
    name: 'The user',
    scope: 'user',
    orgId: 'acme',
    userId: 'ada',
    template: 'The user is an engineer who reads {{language}}.',
    variables: { language: 'English' },
  },
]
