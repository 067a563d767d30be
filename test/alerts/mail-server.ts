import { type AddressInfo, createServer } from 'node:net'
import type { TestContext } from 'node:test'

/** A mail server that takes every mail, and keeps each line that it is told. */
export async function startMailServer(t: TestContext): Promise<{ lines: string[]; smtp: string }> {
  const lines: string[] = []
  const server = createServer((socket) => {
    let inData = false
    socket.write('220 mail.test ESMTP\r\n')
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        lines.push(line)
        if (inData) {
          if (line !== '.') continue
          inData = false
          socket.write('250 taken\r\n')
        } else if (line === 'DATA') {
          inData = true
          socket.write('354 go on\r\n')
        } else if (line === 'QUIT') socket.end('221 bye\r\n')
        else socket.write('250 ok\r\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { lines, smtp: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
