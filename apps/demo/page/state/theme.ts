import { type Signal, signal } from '@preact/signals'

type Theme = 'auto' | 'light' | 'dark'

const themes: readonly Theme[] = ['auto', 'light', 'dark']
const kept = localStorage.getItem('theme')

/** Light or dark; by itself as the system has it. */
export const theme: Signal<Theme> = signal(themes.find((name) => name === kept) ?? 'auto')

theme.subscribe((name) => {
  document.documentElement.dataset.theme = name
  localStorage.setItem('theme', name)
})

export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'auto'
}
