import type { TargetedKeyboardEvent } from 'preact'

/** Arrow keys, Home and End go from tab to tab, as people who use a keyboard expect of a tab list. */
export function tabKeys(event: TargetedKeyboardEvent<HTMLElement>): void {
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')]
  const at = document.activeElement instanceof HTMLElement ? tabs.indexOf(document.activeElement) : -1
  const places: Readonly<Record<string, number>> = {
    ...{ ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length },
    ...{ Home: 0, End: tabs.length - 1 },
  }
  const next = places[event.key]
  if (at === -1 || next === undefined) return
  event.preventDefault()
  const tab = tabs[next % tabs.length]
  tab?.focus()
  tab?.click()
}
