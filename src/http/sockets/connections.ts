import type { ServerResponse } from 'node:http'

/**
 * The answers that peers are being given, to end them with the keys: streams too. A connection on which nothing is
 * answered may stay: every request shows its key anew, and behind a reverse proxy the next one may be somebody else's.
 */
export function createConnections() {
  const open = new Map<string, Set<ServerResponse>>()

  return {
    note(peerId: string, answer: ServerResponse): void {
      const answers = open.get(peerId) ?? new Set()
      open.set(peerId, answers.add(answer))
      answer.once('close', () => {
        answers.delete(answer)
        if (answers.size === 0 && open.get(peerId) === answers) open.delete(peerId)
      })
    },
    drop(peerId: string): void {
      for (const { socket } of open.get(peerId) ?? []) socket?.destroy()
      open.delete(peerId)
    }
  }
}

export type Connections = ReturnType<typeof createConnections>
