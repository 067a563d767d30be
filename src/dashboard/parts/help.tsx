import '../styles/later.css'
import { Dialog } from './dialog.tsx'

const HELP = [
  ['Ctrl K or /', 'Search servers, deployments, and what can be done'],
  ['g then o s d e m c', 'Overview, servers, deployments, events, diagnostics, settings'],
  ['f', 'Filter the list'],
  ['j k, Enter', 'Walk through the list, open'],
  ['x', 'Choose the server or deployment that was walked to'],
  ['t', 'Change the theme'],
  ['?', 'These keys'],
  ['Esc', 'Close']
] as const

/** The keys of the page. */
export function Help({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" close={close}>
      <dl class="keys">
        {HELP.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
