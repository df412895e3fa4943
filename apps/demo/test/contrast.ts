import type { Page } from 'playwright-core'

/** Texts of the page that stand out too little from what is behind them: less than WCAG's AA wants, 4.5 to 1. */
export async function faintTexts(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    type Colour = readonly [number, number, number, number]
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const known = new Map<string, Colour>()
    // A canvas knows every way to write a colour. It takes its time, and a page has few colours.
    const colourOf = (text: string): Colour => {
      const before = known.get(text)
      if (before !== undefined) return before
      if (canvas === null) throw new Error('there should be a canvas')
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = text
      canvas.fillRect(0, 0, 1, 1)
      const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data
      const colour: Colour = [red, green, blue, alpha / 255]
      known.set(text, colour)
      return colour
    }
    const lightness = ([red, green, blue]: Colour): number => {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((part) => {
        const share = part / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const behind = (element: Element | null): Colour => {
      if (element === null) return [255, 255, 255, 1]
      const colour = colourOf(getComputedStyle(element).backgroundColor)
      return colour[3] > 0.99 ? colour : behind(element.parentElement)
    }
    const isShown = (element: Element): boolean =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      element.closest('.hidden, :disabled, .message-foot') === null
    const faint: string[] = []
    for (const element of document.querySelectorAll('body *')) {
      const text = [...element.childNodes]
        .map((node) => (node.nodeType === Node.TEXT_NODE ? node.nodeValue : ''))
        .join('')
      if (text.trim() === '' || !isShown(element)) continue
      const values = [lightness(colourOf(getComputedStyle(element).color)), lightness(behind(element))]
      const ratio = (Math.max(...values) + 0.05) / (Math.min(...values) + 0.05)
      if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} “${text.trim().slice(0, 40)}”`)
    }
    return faint
  })
}
