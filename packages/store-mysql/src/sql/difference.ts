/** The columns that changed, or null if none did. */
export function difference<Columns extends object>(before: Columns, after: Columns): Partial<Columns> | null {
  const changed = Object.entries(after).filter(([name, value]) => before[name as keyof Columns] !== value)
  return changed.length === 0 ? null : (Object.fromEntries(changed) as Partial<Columns>)
}
