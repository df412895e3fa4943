import type { Cost } from '../measure.ts'
import { type Finding, type Goal, isReached } from './finding.ts'

/** A table as it is printed: texts only. Columns after the first two are figures. */
export interface Table {
  readonly title: string
  /** Paragraphs between title and table. */
  readonly notes: readonly string[]
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The table of a part: what sess does through what is written by hand. */
export function findingTable(title: string, notes: readonly string[], findings: readonly Finding[]): Table {
  const head = [
    'what',
    'against',
    'goal',
    'ratio',
    '',
    'µs',
    'p50 µs',
    'client CPU µs',
    'server CPU µs',
    'scripts + commands',
  ]
  return { title, notes, head, rows: findings.map(findingRow) }
}

export function findingRow(finding: Finding): string[] {
  const { what, against, goal, measured, unit, own, other } = finding
  const both = (figure: (cost: Cost) => string): string =>
    [own, other]
      .map((cost) => (cost === undefined ? '' : figure(cost)))
      .join(' : ')
      .replace(/^ : $| : $/, '')
  return [
    what,
    against,
    goalText(goal, unit),
    unit === undefined ? measured.toFixed(2) : `${measured.toFixed(1)} ${unit}`,
    mark(finding),
    both(({ ns }) => micros(ns)),
    both(({ p50Ns }) => micros(p50Ns)),
    both(({ cpuNs }) => micros(cpuNs)),
    both(({ serverCpuNs }) => micros(serverCpuNs)),
    both(({ scripts, commands }) => `${count(scripts)} + ${count(commands)}`),
  ]
}

export function micros(ns: number): string {
  const value = ns / 1000
  if (!Number.isFinite(value)) return ''
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function mark(finding: Finding): string {
  const reached = isReached(finding)
  return reached === null ? '' : reached ? '✓' : '✗'
}

function goalText(goal: Goal, unit: string | undefined): string {
  if (goal === null) return ''
  const text = 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`
  return unit === undefined ? text : `${text} ${unit}`
}

function count(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : ''
}
