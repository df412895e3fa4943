import { useSignal } from '@preact/signals'
import type { Message } from '@sess/core'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { isAtEnd, loadNewer, loadOlder } from '../state/live.ts'
import { telling } from '../state/notices.ts'

/** So near to an edge, in pixels, the next page is asked for, or the newest message is followed. */
const nearPx = 600
const followPx = 80

interface Scroll {
  readonly box: RefObject<HTMLDivElement | null>
  readonly content: RefObject<HTMLDivElement | null>
  readonly isNearEnd: boolean
  readonly onScroll: () => void
}

/**
 * Follows the newest message while one is at the end, keeps still what is read while pages come and go at the edges, and asks for those
 * pages.
 */
export function useScroll(shown: readonly Message[]): Scroll {
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const isNearEnd = useSignal(true)
  const isLoading = useRef(false)
  /** What stood at the top of the view, and where. */
  const held = useRef<{ readonly element: Element; readonly top: number } | null>(null)

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const isHeld = held.current?.element.isConnected === true && !(isNearEnd.value && isAtEnd.value)
    if (isHeld && held.current !== null)
      element.scrollTop += held.current.element.getBoundingClientRect().top - held.current.top
    held.current = topOf(element)
  }, [shown])

  useLayoutEffect(() => {
    const element = box.current
    if (element === null || content.current === null) return
    // An answer grows, a message is sent, the message box takes room, a phone is turned.
    const observer = new ResizeObserver(() => {
      if (isNearEnd.value && isAtEnd.value) element.scrollTop = element.scrollHeight
    })
    observer.observe(element)
    observer.observe(content.current)
    return () => observer.disconnect()
  }, [])

  const load = async (element: HTMLElement): Promise<void> => {
    const toEnd = element.scrollHeight - element.scrollTop - element.clientHeight
    const page = element.scrollTop < nearPx ? loadOlder : toEnd < nearPx ? loadNewer : null
    if (page === null || isLoading.current) return
    isLoading.current = true
    await telling(page())
    isLoading.current = false
  }
  const onScroll = (): void => {
    const element = box.current
    if (element === null) return
    isNearEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < followPx
    held.current = topOf(element)
    void load(element)
  }
  return { box, content, isNearEnd: isNearEnd.value, onScroll }
}

function topOf(box: HTMLElement): { readonly element: Element; readonly top: number } | null {
  const edge = box.getBoundingClientRect().top
  for (const element of box.querySelectorAll('.message')) {
    const { top, bottom } = element.getBoundingClientRect()
    if (bottom > edge) return { element, top }
  }
  return null
}
