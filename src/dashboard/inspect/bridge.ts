import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { Transmission } from '../../schemas/inspection/inspection.ts'
import type { Api } from '../lib/access/api.ts'
import { asFault, Fault } from '../lib/access/fault.ts'
import { below } from '../lib/address/place.ts'
import { createFiller } from './filler.ts'

export interface Watched {
  peer?: string
  joins?: boolean
}

export type Stage = 'before' | 'loading' | 'watching' | 'lost' | 'ended'

interface BridgeOptions {
  api: Pick<Api, 'post'>
  frame: () => HTMLIFrameElement | null
  page: Window
  inspectorUrl: string
}

/** How long the inspector's page may take to say that it is there. */
const HELLO_MS = 20_000
const UNANSWERED = { status: 0, code: 'unreachable' }
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000]

export type Bridge = ReturnType<typeof createBridge>

/**
 * Between this server and the inspector's page in the frame. The stream begins when that page says that it listens, so
 * nothing has to be kept for it; and it begins anew with an empty page, because a restarted server counts from zero.
 */
export function createBridge({ api, frame, page, inspectorUrl }: BridgeOptions) {
  const stage: Signal<Stage> = signal<Stage>('before')
  const fault = signal<Fault | undefined>(undefined)
  const transmission = signal<Transmission | undefined>(undefined)
  const inspector = new URL(inspectorUrl)
  let watched: Watched = {}
  let socket: WebSocket | undefined
  let timer: number | undefined
  let failures = 0

  page.addEventListener('message', ({ origin, source, data }) => {
    if (origin !== inspector.origin || source !== frame()?.contentWindow) return
    if (data?.type === '@statelyai.connected') void stream()
  })

  /** Shows an empty inspector; it says when it listens. */
  async function begin() {
    hangUp()
    stage.value = 'loading'
    transmission.value = undefined
    await drawn(page)
    const place = frame()
    if (!place) return
    place.src = inspector.href
    timer = page.setTimeout(() => {
      failed(
        new Fault(
          `The inspector at ${inspector.host} does not answer. This browser must be able to reach it.`,
          UNANSWERED
        )
      )
    }, HELLO_MS)
  }

  async function stream() {
    hangUp()
    const target = frame()?.contentWindow
    if (!target) return
    try {
      const { ticket } = await api.post<{ ticket: string }>('/inspector/ticket', watched)
      const opened = new WebSocket(socketUrl(page), ['flatrun.inspect', `ticket.${ticket}`])
      socket = opened
      const filled = createFiller()
      opened.onmessage = ({ data }) => {
        const message = JSON.parse(data)
        if (message.type === 'transmission') transmission.value = message
        else for (const one of filled(message)) target.postMessage(one, inspector.origin)
      }
      opened.onopen = () => {
        failures = 0
        fault.value = undefined
        stage.value = 'watching'
      }
      opened.onclose = () => {
        if (socket === opened) failed(new Fault('The connection to this server was lost.', UNANSWERED))
      }
    } catch (thrown) {
      failed(thrown)
    }
  }

  function failed(thrown: unknown) {
    hangUp()
    const why = asFault(thrown)
    fault.value = why
    const final = why.status !== undefined && why.status >= 400 && why.status < 500
    stage.value = final ? 'ended' : 'lost'
    if (final) return
    timer = page.setTimeout(() => void begin(), AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)])
  }

  function hangUp() {
    page.clearTimeout(timer)
    const old = socket
    socket = undefined
    old?.close()
  }

  return {
    ...{ stage, fault, transmission },
    watch(next: Watched) {
      watched = next
      failures = 0
      fault.value = undefined
      return begin()
    }
  }
}

/** Absolute: older browsers take no other. */
function socketUrl({ location }: Window): string {
  const url = new URL(below('/api/inspector/socket'), location.href)
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

/** The frame is drawn only once there is something to watch. */
const drawn = (page: Window) => new Promise<void>((resolve) => page.setTimeout(resolve, 0))
