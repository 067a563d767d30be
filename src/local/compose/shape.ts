import { Fault } from './fault.ts'
import { isList, isMapping, kindOf, type Mapping, textOf, type Value } from './yaml/value.ts'

/** What a key may hold, a letter each: text, number, boolean, list, mapping, - (nothing). */
type Kinds = string

const keysOf = (kinds: Kinds, keys: string): [string, Kinds][] => keys.split(' ').map((key) => [key, kinds])

/** The keys of compose-spec's schema. */
const SERVICE: ReadonlyMap<string, Kinds> = new Map([
  ...keysOf('m-', 'develop deploy'),
  ...keysOf('m', 'blkio_config credential_spec healthcheck logging provider storage_opt ulimits'),
  ...keysOf('lm', 'annotations depends_on environment extra_hosts labels models networks sysctls'),
  ...keysOf('l', 'cap_add cap_drop configs device_cgroup_rules devices dns_opt expose external_links group_add links'),
  ...keysOf('l', 'ports post_start pre_stop profiles secrets security_opt volumes volumes_from'),
  ...keysOf('tl', 'dns dns_search env_file label_file tmpfs gpus'),
  ...keysOf('tl-', 'command entrypoint'),
  ...keysOf('tm', 'build extends'),
  ...keysOf('tb', 'attach init oom_kill_disable privileged read_only stdin_open tty'),
  ...keysOf('b', 'use_api_socket'),
  ...keysOf('tn', 'cpu_count cpu_percent cpu_shares cpu_quota cpu_period cpu_rt_period cpu_rt_runtime cpus mem_limit'),
  ...keysOf('tn', 'mem_reservation mem_swappiness memswap_limit oom_score_adj pids_limit scale shm_size'),
  ...keysOf('t-', 'pid'),
  ...keysOf('t', 'cgroup cgroup_parent container_name cpuset domainname hostname image ipc isolation mac_address'),
  ...keysOf('t', 'network_mode platform pull_policy pull_refresh_after restart runtime stop_grace_period stop_signal'),
  ...keysOf('t', 'user userns_mode uts working_dir')
])

const DEPLOY: ReadonlyMap<string, Kinds> = new Map([
  ...keysOf('t', 'mode endpoint_mode'),
  ...keysOf('tn', 'replicas'),
  ...keysOf('lm', 'labels'),
  ...keysOf('m', 'rollback_config update_config resources restart_policy placement')
])

const TOP: ReadonlyMap<string, Kinds> = new Map([
  ...keysOf('t', 'version name'),
  ...keysOf('l', 'include'),
  ...keysOf('m', 'services models networks volumes secrets configs')
])

/** Throws a Fault for a key that holds what it cannot. Answers with the keys that are none of compose's. */
export const unknownOfTop = (tree: Mapping): string[] => check(tree, TOP, '')

export function unknownOfService(name: string, service: Mapping): string[] {
  const where = `services.${name}.`
  const unknown = check(service, SERVICE, where)
  const deploy = service.get('deploy')
  return isMapping(deploy) ? [...unknown, ...check(deploy, DEPLOY, `${where}deploy.`)] : unknown
}

function check(mapping: Mapping, keys: ReadonlyMap<string, Kinds>, where: string): string[] {
  const unknown: string[] = []
  for (const [key, value] of mapping) {
    const kinds = keys.get(key)
    if (kinds === undefined) {
      if (!key.startsWith('x-')) unknown.push(`${where}${key}`)
    } else if (!kinds.includes(letterOf(value))) {
      throw new Fault(`has ${kindOf(value)} at ${where}${key}, which cannot be`)
    }
  }
  return unknown
}

function letterOf(value: Value): string {
  if (value === null) return '-'
  if (isMapping(value)) return 'm'
  if (isList(value)) return 'l'
  return typeof value === 'string' ? 't' : typeof value === 'number' ? 'n' : 'b'
}

/** A whole number, also where it is written as text; undefined for nothing. */
export function countOf(value: Value | undefined, where: string): number | undefined {
  const text = textOf(value)
  if (text === undefined) return undefined
  if (!/^[+-]?\d+$/.test(text)) throw new Fault(`${where} is no whole number`)
  if (Number(text) < 0) throw new Fault(`${where} is below 0`)
  return Number(text)
}
