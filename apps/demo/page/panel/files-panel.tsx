import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import type { FileView } from '../../src/web/views.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { api } from '../state/api.ts'
import { notify, telling } from '../state/notices.ts'
import { useFresh } from './use-fresh.ts'

/** What lies in the session's folder. */
export function FilesPanel({ path }: { readonly path: string }): JSX.Element {
  const { value: files, problem, reload } = useFresh(() => api<FileView[]>('GET', `${path}/files`))
  const shown = useSignal<{ readonly path: string; readonly text: string } | null>(null)
  const filePath = (file: string): string => `${path}/files/${file.split('/').map(encodeURIComponent).join('/')}`
  const show = async (file: string): Promise<void> => {
    const content = await telling(api<{ text: string }>('GET', filePath(file)))
    if (content !== undefined) shown.value = { path: file, text: content.text }
  }
  const remove = async (file: string): Promise<void> => {
    await telling(api('DELETE', filePath(file)))
    notify(`“${file}” was removed.`)
    await reload()
  }
  return (
    <>
      <p class="dim">
        A folder of this session alone. Its tools work in it, and it goes when the session is deleted or expires.
      </p>
      {problem.value !== null && <p class="trouble">{problem.value}</p>}
      <ul class="files">
        {files.value?.map(({ path: file, kind, bytes }) => (
          <li key={file}>
            <Icon name={kind === 'folder' ? 'folder' : 'file'} />
            {kind === 'file' ? (
              <button type="button" class="link" onClick={() => void show(file)}>
                {file}
              </button>
            ) : (
              <span>{file}</span>
            )}
            <small>{kind === 'file' ? `${bytes} bytes` : kind}</small>
            <button type="button" class="quiet" aria-label={`Remove ${file}`} onClick={() => void remove(file)}>
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      {files.value?.length === 0 && <p class="empty">Empty. Say: Write "Water the roses" to todo.md</p>}
      {shown.value !== null && (
        <Dialog title={shown.value.path} onClose={() => (shown.value = null)}>
          <pre class="code">{shown.value.text}</pre>
          <div class="row end">
            <button type="button" class="plain" onClick={() => (shown.value = null)}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  )
}
