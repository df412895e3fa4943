// A plugin of typedoc: {@link Name} finds what another package of ours exports under that name.
import { ReflectionKind } from 'typedoc'

const kinds =
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Function |
  ReflectionKind.Variable

export function load(app) {
  app.converter.addUnknownSymbolResolver((reference, from) => {
    const name = reference.symbolReference?.path?.at(-1)?.path
    const target = from.project.getReflectionsByKind(kinds).find((reflection) => reflection.name === name)
    return target === undefined ? undefined : { target }
  })
}
