import { randomUUID } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { encodeInvite } from '../../../src/security/invite-token.ts'
import { createSealingKey, openRequest, type SealedRequest } from '../../../src/security/sealing.ts'
import { randomToken } from '../../../src/security/tokens.ts'

export interface HostileInviter {
  url: string
  nodeId: string
  /** The keys that it was given. */
  keys: string[]
  /** How often it was asked to exchange keys; pre-flights are not counted. */
  exchanges(): number
  /** A token which says `name`; whoever presents it gets an answer with `reply` in it. */
  invite(name: string, reply?: Record<string, unknown>): string
  /** Answers the next exchange only after the test has called back. */
  holdNext(until: (asked: Record<string, unknown>) => Promise<void>): void
}

/** One of ours that makes proper invites, and answers with whatever it likes. */
export async function startHostileInviter(t: TestContext): Promise<HostileInviter> {
  const key = await createSealingKey()
  const nodeId = randomUUID()
  const keys: string[] = []
  const answers = new Map<unknown, Record<string, unknown>>()
  let hold: ((asked: Record<string, unknown>) => Promise<void>) | undefined
  let exchanges = 0

  const server = http.createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const answer = (content: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content))
    if (!request.url?.endsWith('/api/cluster/exchange')) return answer({ status: 'healthy', agent: 'flatrun' })
    const opened = await openRequest(key, JSON.parse(body) as SealedRequest, 'POST /api/cluster/exchange')
    const asked = JSON.parse(opened.plain)
    if (asked.preflight) {
      const content = { checks: [], time: new Date().toISOString(), version: '0.1.0', features: ['confirm'] }
      return answer(opened.sealReply(JSON.stringify(content)))
    }
    exchanges += 1
    keys.push(asked.api_key)
    const held = hold
    hold = undefined
    await held?.(asked)
    answer(opened.sealReply(JSON.stringify(answers.get(asked.invite_token))))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    nodeId,
    keys,
    exchanges: () => exchanges,
    invite(name, reply = {}) {
      const exp = Math.floor(Date.now() / 1_000) + 3_600
      const token = encodeInvite({ urls: [url], name, exp, key: key.publicKey })
      const honest = { api_key: randomToken(), name, node_id: nodeId, features: ['signed-requests'], pins: [] }
      answers.set(token, { ...honest, ...reply })
      return token
    },
    holdNext(until) {
      hold = until
    }
  }
}
