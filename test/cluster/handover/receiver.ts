import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { AlertMessage } from '../../../src/schemas/alerts/alert.ts'

/** The people who are told. */
export async function startReceiver(t: TestContext) {
  const messages: AlertMessage[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    messages.push(JSON.parse(body))
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return { messages, config: { 'alerts.delay': '10s', 'alerts.targets': [{ type: 'webhook', url }] } }
}
