import { randomUUID } from 'node:crypto'
import type { AlertMessage, Outage } from '../schemas/alert.ts'

export function downMessage(server: string, outages: readonly Outage[], members: number, wall: number): AlertMessage {
  const cutOff = members >= 3 && outages.length * 2 > members
  const hint = `That is ${outages.length} of ${members}: the fault may be at ${server} itself.`
  return {
    ...headOf('peers.down', server, wall),
    title: `${listed(outages)} ${outages.length === 1 ? 'is' : 'are'} down, says ${server}`,
    text: [
      ...outages.map((outage) => `${outage.name} is ${outage.state}: ${outage.reason}`),
      ...(cutOff ? [hint] : [])
    ].join('\n'),
    peers: outages.map(peerOf)
  }
}

export function upMessage(server: string, outages: readonly Outage[], wall: number): AlertMessage {
  return {
    ...headOf('peers.up', server, wall),
    title: `${listed(outages)} ${outages.length === 1 ? 'is' : 'are'} back, says ${server}`,
    text: outages.map(({ name, since }) => `${name} is online again after ${lasted(wall - since)}`).join('\n'),
    peers: outages.map((outage) => ({ ...peerOf(outage), state: 'online', lasted_ms: wall - outage.since }))
  }
}

export function testMessage(server: string, wall: number): AlertMessage {
  const text = 'This is what a message would look like. Nothing is down.'
  return { ...headOf('test', server, wall), title: `A test from ${server}`, text, peers: [] }
}

const headOf = (type: AlertMessage['type'], server: string, wall: number) => ({
  ...{ id: randomUUID(), type, server, at: new Date(wall).toISOString() }
})

const peerOf = ({ name, id, state, since, reason }: Outage) => ({
  ...{ name, peer_id: id, state, reason, since: new Date(since).toISOString() }
})

function listed(outages: readonly Outage[]): string {
  const names = outages.map(({ name }) => name)
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
}

function lasted(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return `${Math.max(1, Math.round(ms / 1_000))} s`
  if (minutes < 60) return `${minutes} min`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.round(minutes / 1_440)} days`
}
