import { type Signal, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { tabKeys } from '../parts/tab-keys.ts'
import { drawer } from '../state/drawer.ts'
import { chatPath, openChatId, openId } from '../state/open-session.ts'
import { AuditPanel } from './audit-panel.tsx'
import { ContextPanel } from './context-panel.tsx'
import { FiguresPanel } from './figures-panel.tsx'
import { FilesPanel } from './files-panel.tsx'
import { PromptPanel } from './prompt-panel.tsx'
import { ToolsPanel } from './tools-panel.tsx'

const tabs = ['Context', 'Prompt', 'Tools', 'Files', 'Audit', 'Figures'] as const

/** What is behind the chat, and is not seen in most applications. */
export function Panel(): JSX.Element {
  const shown: Signal<(typeof tabs)[number]> = useSignal('Context')
  const session = `/sessions/${openId.value}`
  const chat = openChatId.value === null ? null : chatPath()
  return (
    <aside class="panel" aria-label="What is inside" data-open={drawer.value === 'panel'}>
      <div class="tabs" role="tablist" aria-label="What is inside" onKeyDown={tabKeys}>
        {tabs.map((tab) => (
          <button
            type="button"
            role="tab"
            key={tab}
            aria-selected={shown.value === tab}
            aria-controls="inside"
            tabIndex={shown.value === tab ? 0 : -1}
            onClick={() => (shown.value = tab)}
          >
            {tab}
          </button>
        ))}
      </div>
      <div class="panel-body" id="inside" role="tabpanel" aria-label={shown.value} key={`${shown.value} ${chat}`}>
        {shown.value === 'Context' && <ContextPanel path={session} />}
        {shown.value === 'Prompt' && chat !== null && <PromptPanel path={chat} />}
        {shown.value === 'Tools' && <ToolsPanel path={session} />}
        {shown.value === 'Files' && <FilesPanel path={session} />}
        {shown.value === 'Audit' && <AuditPanel />}
        {shown.value === 'Figures' && chat !== null && <FiguresPanel path={chat} />}
      </div>
    </aside>
  )
}
