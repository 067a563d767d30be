/** The lines of a body as they arrive, without their ends; the last one also without an end. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(decoder()).getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield rest
  } finally {
    await reader.cancel().catch(() => {})
  }
}

export interface Message {
  id: string
  event: string
  data: string
}

/** Server-sent events, by the rules of the HTML standard §9.2.6. Comments come as an event `comment`: they show life. */
export async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  let id = ''
  let event = ''
  let data: string[] = []
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, event: event || 'message', data: data.join('\n') }
      event = ''
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === '') yield { id, event: 'comment', data: value }
    if (field === 'id') id = value
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
  }
}

function decoder(): ReadableWritablePair<string, Uint8Array> {
  const utf8 = new TextDecoder()
  return new TransformStream<Uint8Array, string>({
    transform: (chunk, to) => to.enqueue(utf8.decode(chunk, { stream: true })),
    flush: (to) => to.enqueue(utf8.decode())
  })
}
