import type { DeploymentStatus } from '../../schemas/deployments/deployment.ts'
import type { Verdict } from '../../schemas/health.ts'

type Tone = 'good' | 'warn' | 'bad' | 'odd' | 'wait' | 'none'
type Shape = 'full' | 'half' | 'cross' | 'ring' | 'dots' | 'slash' | 'triangle' | 'minus' | 'square'
interface Look {
  word: string
  tone: Tone
  shape: Shape
}

const VERDICTS: Record<Verdict, Look> = {
  online: { word: 'online', tone: 'good', shape: 'full' },
  suspect: { word: 'suspect', tone: 'warn', shape: 'half' },
  offline: { word: 'offline', tone: 'bad', shape: 'cross' },
  pending: { word: 'pending', tone: 'wait', shape: 'dots' },
  unknown: { word: 'unknown', tone: 'none', shape: 'ring' },
  rejected: { word: 'key refused', tone: 'odd', shape: 'slash' },
  skewed: { word: 'clock differs', tone: 'odd', shape: 'slash' },
  incompatible: { word: 'wrong service', tone: 'odd', shape: 'triangle' },
  removed: { word: 'removed us', tone: 'odd', shape: 'minus' },
  suspended: { word: 'suspended', tone: 'odd', shape: 'minus' },
  quarantined: { word: 'not watched', tone: 'bad', shape: 'square' }
}

const STATUSES: Record<DeploymentStatus, Look> = {
  running: { word: 'running', tone: 'good', shape: 'full' },
  partial: { word: 'partly up', tone: 'warn', shape: 'half' },
  stopped: { word: 'stopped', tone: 'none', shape: 'square' },
  error: { word: 'error', tone: 'bad', shape: 'cross' },
  unknown: { word: 'unknown', tone: 'none', shape: 'ring' }
}

export const verdictLook = (verdict: Verdict): Look => VERDICTS[verdict] ?? VERDICTS.unknown
const statusLook = (status: DeploymentStatus): Look => STATUSES[status] ?? STATUSES.unknown

export const VerdictMark = ({ verdict, loud }: { verdict: Verdict; loud?: boolean }) => (
  <Mark look={verdictLook(verdict)} loud={loud ?? false} />
)
export const StatusMark = ({ status, loud }: { status: DeploymentStatus; loud?: boolean }) => (
  <Mark look={statusLook(status)} loud={loud ?? false} />
)
export const FullMark = () => <Mark look={{ word: 'nearly full', tone: 'warn', shape: 'triangle' }} loud />

/** A state is a shape, a colour and a word; the word alone is enough. */
function Mark({ look, loud }: { look: Look; loud: boolean }) {
  return (
    <span class={`state tone-${look.tone} ${loud ? 'loud' : ''}`}>
      <Glyph shape={look.shape} />
      {look.word}
    </span>
  )
}

export function Glyph({ shape }: { shape: Shape }) {
  return (
    <svg viewBox="0 0 13 13" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
      {shape === 'full' && <circle cx="6.5" cy="6.5" r="4" fill="currentColor" stroke="none" />}
      {shape === 'ring' && <circle cx="6.5" cy="6.5" r="4" />}
      {shape === 'dots' && <circle cx="6.5" cy="6.5" r="4.2" stroke-dasharray="2 1.77" />}
      {shape === 'half' && (
        <>
          <circle cx="6.5" cy="6.5" r="4.2" />
          <path d="M6.5 2.3a4.2 4.2 0 0 0 0 8.4z" fill="currentColor" stroke="none" />
        </>
      )}
      {shape === 'cross' && (
        <path
          d="M6.5.8a5.7 5.7 0 1 1 0 11.4A5.7 5.7 0 0 1 6.5.8M4.1 3.3l-.8.8 2.4 2.4-2.4 2.4.8.8 2.4-2.4 2.4 2.4.8-.8-2.4-2.4 2.4-2.4-.8-.8-2.4 2.4z"
          fill="currentColor"
          fill-rule="evenodd"
          stroke="none"
        />
      )}
      {shape === 'slash' && (
        <>
          <circle cx="6.5" cy="6.5" r="4.6" />
          <path d="M3.3 9.7 9.7 3.3" />
        </>
      )}
      {shape === 'triangle' && <path d="M6.5 1.9 11.6 11H1.4z" stroke-linejoin="round" />}
      {shape === 'minus' && (
        <>
          <circle cx="6.5" cy="6.5" r="4.6" />
          <path d="M4 6.5h5" />
        </>
      )}
      {shape === 'square' && <rect x="2.9" y="2.9" width="7.2" height="7.2" rx="1" />}
    </svg>
  )
}
