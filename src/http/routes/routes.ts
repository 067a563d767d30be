import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, RawServerDefault } from 'fastify'
import { type TSchema, Type } from 'typebox'
import type { Self } from '../../cluster/peers/self.ts'
import { PeerName } from '../../schemas/names.ts'
import { ErrorBody } from '../errors.ts'

/** An app whose handlers take their types from the schemas. */
export type Routes = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What a route answers with, and the body of every error that it may answer with. */
export const answers = <T extends TSchema>(ok: T) => ({ 200: ok, '4xx': ErrorBody, '5xx': ErrorBody })

/** Refuses every route of a scope while clustering is off. @throws ClusterDisabled */
export function whereEnabled(app: Routes, self: Pick<Self, 'assertEnabled'>): void {
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (routeOptions.url) self.assertEnabled()
  })
}

export const NameParams = Type.Object({ name: PeerName })

/** Sends JSON that is written already: a serializer would read and write it again. */
export const sendJson = (reply: FastifyReply, body: Buffer): FastifyReply =>
  reply.header('content-type', 'application/json; charset=utf-8').send(body)

/** Aborted when the caller's connection ends: what was begun for it ends then. */
export function leavingOf({ raw }: FastifyReply): AbortController {
  const leaving = new AbortController()
  raw.once('close', () => leaving.abort())
  return leaving
}

/** Sends pieces as they come; nginx would gather them without the header. */
export const sendPieces = (reply: FastifyReply, type: string, pieces: AsyncIterable<string>): FastifyReply =>
  reply
    .header('x-accel-buffering', 'no')
    .header('content-type', type)
    .send(Readable.from(pieces, { objectMode: false }))
