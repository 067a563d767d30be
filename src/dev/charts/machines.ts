import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { type AnyStateMachine, StateMachine } from 'xstate'

/** Every machine that the folder exports, so that none can be forgotten. */
export async function machinesIn(folder: string): Promise<AnyStateMachine[]> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts')).toSorted()
  const modules: Record<string, unknown>[] = await Promise.all(files.map((file) => import(path.join(folder, file))))
  return modules.flatMap((module) => Object.values(module).filter((one) => one instanceof StateMachine))
}
