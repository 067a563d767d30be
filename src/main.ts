#!/usr/bin/env node
import { runAgent } from './agent.ts'

/** The process: `agent` is the daemon, every other word talks to a running one. */
const [command, ...rest] = process.argv.slice(2)
process.exitCode = command === 'agent' ? await runAgent(rest) : 64
