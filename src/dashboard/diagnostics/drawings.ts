import drawn from '../../../machines/charts.json'
import type { DrawnMachine } from '../../schemas/inspection/chart.ts'

/** The machines as they were drawn from the code that this dashboard was built with. */
export const drawings: readonly DrawnMachine[] = JSON.parse(JSON.stringify(drawn))
