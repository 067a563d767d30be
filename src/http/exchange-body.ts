import { Compile } from 'typebox/compile'
import { IdentityBody } from '../schemas/joining/introduction.ts'
import { PlainExchange, SealedBody } from '../schemas/joining/joining.ts'
import { faultsOf, InvalidInput } from './validation.ts'

const plain = Compile(PlainExchange)
const sealed = Compile(SealedBody)
const between = Compile(IdentityBody)

/** The three bodies of an exchange are told apart first, so that a fault names the field of the one that was meant. */
export function compileExchange() {
  return (input: unknown) => {
    const v = typeof input === 'object' && input !== null && 'v' in input ? input.v : undefined
    const meant = v === undefined ? plain : v === 2 ? between : sealed
    return meant.Check(input) ? { value: input } : { error: new InvalidInput(faultsOf(meant.Errors(input))) }
  }
}
