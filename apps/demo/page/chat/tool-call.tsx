import type { ToolCallPart, ToolResultPart } from '@sess/core'
import type { JSX } from 'preact'
import { Icon } from '../parts/icon.tsx'

interface ToolCallProps {
  readonly call: ToolCallPart
  /** Null while the tool is at work. */
  readonly result: ToolResultPart | null
}

/** A call of a tool: at first what is asked, and what came of it as soon as it is there. */
export function ToolCall({ call, result }: ToolCallProps): JSX.Element {
  const [server = '', tool = call.name] = call.name.includes('__') ? call.name.split('__') : ['', call.name]
  const state = result === null ? 'running' : result.isError === true ? 'failed' : 'done'
  return (
    <details class="tool" data-state={state}>
      <summary>
        <Icon name="tool" />
        <span>
          {server !== '' && <span class="dim">{server} · </span>}
          <strong>{tool}</strong>
        </span>
        <span class="badge" data-state={state}>
          {state}
        </span>
      </summary>
      <p class="dim">asked with</p>
      <pre class="code">{shown(call.input)}</pre>
      {result !== null && (
        <>
          <p class="dim">{result.synthetic === true ? 'closed, as it was never answered' : 'answered'}</p>
          <pre class="code">{shown(result.output)}</pre>
        </>
      )}
    </details>
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
