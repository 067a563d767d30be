import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifySchemaCompiler, FastifyServerOptions } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Convert } from 'typebox/value'

/** One fault of an input, as RFC 9457 readers know it. */
export interface Fault {
  pointer: string
  detail: string
}

/** What a validator gives; the error handler turns it into 400. */
export class InvalidInput extends Error {
  override name = 'InvalidInput'
  readonly statusCode = 400
  readonly code = 'invalid_input'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ pointer, detail }) => `${nameOf(pointer)}: ${detail}`).join('; '))
    this.faults = faults
  }
}

/** Bodies are taken as they are; what comes as text (query, path) is read as what the schema asks for. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let validator: Validator | undefined
  const isText = httpPart !== 'body'
  return (input: unknown) => {
    validator ??= Compile(schema)
    const value: unknown = isText ? Convert(schema, input) : input
    if (validator.Check(value)) return { value }
    return { error: new InvalidInput(faultsOf(validator.Errors(value))) }
  }
}

/**
 * Schemas are compiled when the first request asks for them, and not at the start: most routes are not asked for on most
 * agents, and a start needs a fifth less of the processor.
 */
export const schemaController: FastifyServerOptions['schemaController'] = {
  compilersFactory: {
    buildSerializer(shared, options) {
      const compile = SerializerSelector()(shared, options)
      return (route) => {
        let serialize: ReturnType<typeof compile> | undefined
        return (body) => {
          serialize ??= compile(route)
          return serialize(body)
        }
      }
    }
  }
}

interface SchemaError {
  keyword: string
  instancePath: string
  message: string
  params: object
}

/** The first faults, each once: a fault inside a union is told by the union. */
export function faultsOf(errors: Iterable<SchemaError>): Fault[] {
  const faults = new Map<string, Fault>()
  for (const error of errors) {
    for (const fault of toFaults(error)) if (!faults.has(fault.pointer)) faults.set(fault.pointer, fault)
    if (faults.size >= 10) break
  }
  return [...faults.values()]
}

function toFaults({ keyword, instancePath, message, params }: SchemaError): Fault[] {
  const listed = (key: string) =>
    key in params && Array.isArray(Reflect.get(params, key)) ? Reflect.get(params, key) : []
  if (keyword === 'required') {
    return listed('requiredProperties').map((name: string) => ({
      pointer: `${instancePath}/${name}`,
      detail: 'is required'
    }))
  }
  if (keyword === 'additionalProperties') {
    return listed('additionalProperties').map((name: string) => ({
      pointer: `${instancePath}/${name}`,
      detail: 'is not known here'
    }))
  }
  if (keyword === 'boolean') return []
  if (keyword === 'enum')
    return [{ pointer: instancePath, detail: `must be one of ${listed('allowedValues').join(', ')}` }]
  return [{ pointer: instancePath, detail: message }]
}

const nameOf = (pointer: string) => pointer.replace(/^\//, '').replaceAll('/', '.') || 'body'
