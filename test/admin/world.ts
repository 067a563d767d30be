import type { TestContext } from 'node:test'
import type { Command } from 'commander'
import type { Machine } from '../../src/admin/command.ts'
import { adminCommands } from '../../src/admin/commands.ts'
import { createCli, type Setting } from '../cli/world.ts'

/** Commands of this machine as they are typed, on a machine whose root folder is this one. */
export const createAdmin = (t: TestContext, root: string, usual: Setting = {}) =>
  createCli(t, { locals: (program: Command, machine: Machine) => adminCommands(program, machine, root), ...usual })
