declare module '*.lua' {
  const text: string
  // biome-ignore lint/style/noDefaultExport: what the loaders of text files make of one.
  export default text
}
