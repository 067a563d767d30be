import drawn from '../../machines/charts.json' with { type: 'json' }
import type { DrawnMachine } from '../schemas/inspection/chart.ts'

/** The machines as they were drawn from the code of this program. */
export const drawnMachines = (): readonly DrawnMachine[] => JSON.parse(JSON.stringify(drawn))
