import type { AnyStateMachine } from 'xstate'
import type { DrawnMachine } from '../../schemas/inspection/chart.ts'
import { definitionOf } from './definition.ts'
import { layOut } from './layout.ts'
import { readMachine } from './read.ts'

/** A machine, read off its code and laid out. */
export async function draw(machine: AnyStateMachine): Promise<DrawnMachine> {
  return { chart: await layOut(readMachine(machine)), definition: definitionOf(machine) }
}
