import path from 'node:path'
import type { TestContext } from 'node:test'
import { builtProgram } from '../program.ts'
import { type Nest, startNest } from './nest.ts'

/** What is seen inside as /opt/app. */
export const APP = path.join(import.meta.dirname, '..', '..')
const NODE = '/opt/app/node_modules/node/bin/node'
export const CONFIG = '/etc/flatrun-cluster/config.yml'

/** The program as a command line of the inside. */
export const agent = () => `${NODE} ${builtProgram().replace(APP, '/opt/app')}`

/** A booted system with the service installed by its own command, and running. */
export async function installed(t: TestContext, { words = '', config = '' } = {}): Promise<Nest> {
  const nest = await startNest(t, APP)
  if (config) nest.must(`mkdir -p /etc/flatrun-cluster && cat > ${CONFIG} <<'END'\n${config}\nEND`)
  nest.must(`${agent()} service install --yes ${words}`)
  return nest
}

export const shown = (nest: Nest, name: string) =>
  nest.must(`systemctl show flatrun-cluster --property=${name} --value`).trim()

/** The status of one request from inside. */
export function ask(nest: Nest, where: string, key = '') {
  const headers = key ? `{ headers: { authorization: 'Bearer ${key}' } }` : '{}'
  return nest
    .run(
      `${NODE} -e "fetch('http://127.0.0.1:8090${where}', ${headers}).then((r) => console.log(r.status), (e) => console.log(e.cause.code))"`
    )
    .out.trim()
}
