import { type Static, Type } from 'typebox'

const STRICT = { additionalProperties: false } as const

export const AlertTarget = Type.Union([
  Type.Object(
    {
      type: Type.Literal('webhook'),
      name: Type.Optional(Type.String({ maxLength: 64 })),
      url: Type.String({ format: 'http-url', writeOnly: true, maxLength: 2_048 }),
      secret: Type.Optional(
        Type.String({ writeOnly: true, maxLength: 1_024, description: 'Signs the body: HMAC-SHA256 in a header' })
      )
    },
    STRICT
  ),
  Type.Object(
    {
      type: Type.Literal('ntfy'),
      name: Type.Optional(Type.String({ maxLength: 64 })),
      url: Type.String({ format: 'http-url', writeOnly: true, maxLength: 2_048, description: 'Server and topic' }),
      token: Type.Optional(
        Type.String({
          format: 'header-value',
          writeOnly: true,
          maxLength: 1_024,
          expected: 'one line of plain characters'
        })
      )
    },
    STRICT
  ),
  Type.Object(
    {
      type: Type.Literal('email'),
      name: Type.Optional(Type.String({ maxLength: 64 })),
      smtp: Type.String({
        writeOnly: true,
        format: 'smtp-url',
        maxLength: 2_048,
        expected: 'an address such as smtps://user:password@mail.example.org:465'
      }),
      from: Type.String({ pattern: '@', maxLength: 320, expected: 'a mail address' }),
      to: Type.Array(Type.String({ pattern: '@', maxLength: 320, expected: 'a mail address' }), {
        minItems: 1,
        maxItems: 50
      })
    },
    STRICT
  )
])
export type AlertTarget = Static<typeof AlertTarget>
