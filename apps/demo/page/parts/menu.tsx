import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

interface MenuProps {
  readonly label: string
  /** Buttons and links; choosing one closes the menu. */
  readonly children: ComponentChildren
}

/** What is seldom wanted, behind three dots. Escape and a click elsewhere close it. */
export function Menu({ label, children }: MenuProps): JSX.Element {
  const menu = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const close = (event: Event): void => {
      const isElsewhere = event.target instanceof Node && menu.current?.contains(event.target) === false
      const isEscape = event instanceof KeyboardEvent && event.key === 'Escape'
      if (menu.current !== null && (event.type === 'pointerdown' ? isElsewhere : isEscape)) menu.current.open = false
    }
    document.addEventListener('pointerdown', close)
    document.addEventListener('keydown', close)
    return () => {
      document.removeEventListener('pointerdown', close)
      document.removeEventListener('keydown', close)
    }
  }, [])
  return (
    <details ref={menu} class="menu">
      <summary class="quiet" aria-label={label} title={label}>
        <Icon name="more" />
      </summary>
      <div class="menu-list" onClickCapture={() => menu.current?.removeAttribute('open')}>
        {children}
      </div>
    </details>
  )
}
