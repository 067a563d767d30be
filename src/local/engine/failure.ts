import { codeOf } from '../../untyped.ts'
/** How the container engine is: `connected`, or why it cannot be used. */
export type EngineState = 'connected' | 'off' | 'absent' | 'denied' | 'refused' | 'incompatible' | 'timeout' | 'failed'

/** The engine gave nothing usable. `message` is a sentence for a person, with a hint where there is one. */
export class EngineFailure extends Error {
  override name = 'EngineFailure'
  readonly state: Exclude<EngineState, 'connected'>
  /** The engine's own status, where it answered. */
  readonly status: number | undefined

  constructor(state: Exclude<EngineState, 'connected'>, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options)
    this.state = state
    this.status = options?.status
  }
}

/** Names what went wrong with a connection or a request. */
export function failureOf(cause: unknown, address: string): EngineFailure {
  if (cause instanceof EngineFailure) return cause
  const code = classOf(cause)
  const { state, message } = explain(code, address)
  return new EngineFailure(state, message, { cause })
}

function explain(code: string, address: string): { state: Exclude<EngineState, 'connected'>; message: string } {
  switch (code) {
    case 'ENOENT':
      return { state: 'absent', message: `No container engine at ${address}: install one, or set docker_socket` }
    case 'EACCES':
    case 'EPERM':
      return {
        state: 'denied',
        message: `Permission denied on ${address}: add the agent's user to the group that owns it (often "docker")`
      }
    case 'ECONNREFUSED':
      return { state: 'refused', message: `Nobody listens on ${address}: start the container engine` }
    case 'ENOTSOCK':
    case 'EPROTOTYPE':
      return { state: 'absent', message: `${address} is not a socket: set docker_socket to the engine's` }
    case 'TimeoutError':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return { state: 'timeout', message: 'The container engine did not answer in time' }
    default:
      return { state: 'failed', message: `The container engine broke the connection off (${code})` }
  }
}

function classOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown'
  if (cause.name === 'TimeoutError') return cause.name
  return codeOf(cause) ?? cause.name
}
