/** An answer that is not the one that was asked for, in words that can be shown. `status` 0: the node did not answer at all. */
export class Fault extends Error {
  override name = 'Fault'
  status: number
  code: string
  requestId: string | undefined
  retryAfterS: number | undefined

  constructor(
    message: string,
    facts: { status: number; code?: string; requestId?: string | undefined; retryAfterS?: number | undefined }
  ) {
    super(message)
    this.status = facts.status
    this.code = facts.code ?? ''
    this.requestId = facts.requestId
    this.retryAfterS = facts.retryAfterS
  }
}

export async function faultOf(response: Response): Promise<Fault> {
  const said = bodyOf(await response.text().catch(() => ''))
  const retryAfter = Number(response.headers.get('retry-after'))
  return new Fault(said.error ?? said.message ?? `The node answered ${response.status} ${response.statusText}`.trim(), {
    status: response.status,
    code: said.code ?? '',
    requestId: response.headers.get('x-request-id') ?? undefined,
    retryAfterS: retryAfter > 0 ? retryAfter : undefined
  })
}

/** Anything that was thrown, as a fault. */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  if (thrown instanceof TypeError) return new Fault('This server does not answer.', { status: 0, code: 'unreachable' })
  return new Fault(thrown instanceof Error ? thrown.message : String(thrown), { status: 0, code: 'page' })
}

/** True for what this version of the node simply does not have; a 404 with a code of its own is about what was asked for. */
export const notOffered = ({ status, code }: Fault) =>
  (status === 404 && (code === '' || code === 'not_found')) || status === 405 || status === 501

function bodyOf(text: string): { error?: string; message?: string; code?: string } {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null) return {}
    return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string'))
  } catch {
    return {}
  }
}
