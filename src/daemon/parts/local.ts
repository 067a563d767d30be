import path from 'node:path'
import { createDeploymentEvents } from '../../cluster/events/deployment-events.ts'
import type { Config } from '../../config/config.ts'
import { createLocalNode } from '../../local/node.ts'
import { readFolderOn } from '../../parsing/large.ts'
import type { Parser } from '../../parsing/parser.ts'
import type { EventLog } from '../../schemas/event.ts'

interface LocalOptions {
  config: Pick<Config, 'deploymentsPath' | 'dockerSocket' | 'dataPath'>
  events: EventLog
  parser: Pick<Parser, 'run'>
  engineTimeoutMs: number | undefined
}

/** This server's own deployments; what changes among them becomes events. */
export function buildLocal({ config, events, parser, engineTimeoutMs }: LocalOptions) {
  return createLocalNode({
    readLarge: readFolderOn(parser),
    deploymentsPath: config.deploymentsPath,
    dockerSocket: config.dockerSocket,
    figuresFile: path.join(config.dataPath, 'containers.json'),
    engineTimeoutMs,
    audit: createDeploymentEvents(events),
    onDeploymentChange: ({ name, ...change }) =>
      events.publish({ type: 'deployment.changed', facts: { deployment: name }, ...change })
  })
}
