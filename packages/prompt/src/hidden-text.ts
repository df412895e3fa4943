/** C0, DEL and C1 but for line feed and tab: what is `Cc` and neither of the two. */
const controls = /[^\P{Cc}\n\t]/u

/** Tag characters spell ASCII that nobody sees; long runs of variation selectors spell bytes. */
const hidden = /[\u{E0000}-\u{E007F}]|[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]{3}/u

/** The flags of England, Scotland and Wales are the only emoji made with tag characters. */
const subdivisionFlags =
  /\u{1F3F4}\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}/gu

/** Whether `text` holds a control character other than line feed and tab. */
export function hasControlCharacter(text: string): boolean {
  return controls.test(text)
}

/** Whether `text` holds characters that carry a message without showing it. */
export function hasHiddenText(text: string): boolean {
  return hidden.test(text) && hidden.test(text.replace(subdivisionFlags, ''))
}
