import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Remote } from '../../remote/client.ts'
import { RemoteFailure } from '../../remote/failure.ts'

const Health = Type.Object({ status: Type.String(), agent: Type.String() })

/** Whether an agent answers at a base URL: undefined when it does, else why not, as the end of a sentence. */
export async function whyUnreachable(
  remote: Pick<Remote, 'exchange' | 'deadlines'>,
  url: string,
  pins: readonly string[] = []
): Promise<string | undefined> {
  try {
    const { status, text } = await remote.exchange(
      url,
      { path: '/api/health', deadlineMs: remote.deadlines.reachMs, maxBytes: 16_384 },
      pins
    )
    return status === 200 && Check(Health, JSON.parse(text)) ? undefined : 'something answers there that is no agent'
  } catch (error) {
    return error instanceof RemoteFailure ? error.message : 'something answers there that is no agent'
  }
}
