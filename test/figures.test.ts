import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

/**
 * How large files and folders may get. Files that were larger when this was written are listed, and may only shrink: who
 * makes one smaller lowers its figure here, or takes it out.
 */
const root = path.join(import.meta.dirname, '..')
const MOST_LINES = 200
const MEDIAN = 60
const MOST_LINES_OF_A_FUNCTION = 60
const MOST_FILES = 14
/** A mend of a few lines is no reason to change this list. */
const ROOM = 10

const LONGER: Record<string, number> = {
  'machines/prober/prober.ts': 210,
  'src/config/schema.ts': 260,
  'src/http/openapi/examples.ts': 210
}

const files = ['src', 'machines'].flatMap((room) =>
  readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|mjs)$/.test(name))
    .map((name) => path.join(room, name))
)
/** A function, a component or a factory that does not fit a screen. */
const LONGER_FUNCTIONS: Record<string, number> = {
  'src/alerts/alerts.ts createAlerts': 145,
  'src/alerts/delivery/delivery.ts createDelivery': 110,
  'src/alerts/delivery/outbox.ts createOutbox': 105,
  'src/alerts/incidents/incidents.ts createIncidents': 180,
  'src/alerts/office.ts createAlertOffice': 65,
  'src/cluster/aggregate/ask-node.ts createAskNode': 65,
  'src/cluster/aggregate/fan-out.ts createFanOut': 65,
  'src/cluster/handover/handover.ts createHandover': 100,
  'src/cluster/identity/cards.ts createCards': 80,
  'src/cluster/introductions/asking.ts createAsking': 80,
  'src/cluster/introductions/dialling.ts createDialling': 105,
  'src/cluster/introductions/introducer/delivery.ts createDelivery': 90,
  'src/cluster/introductions/introducer/telling.ts createTelling': 80,
  'src/cluster/introductions/introductions.ts createIntroductions': 160,
  'src/cluster/introductions/pairs.ts createPairs': 95,
  'src/cluster/liveness/liveness.ts createCluster': 85,
  'src/cluster/membership/invites.ts createInvites': 80,
  'src/cluster/membership/membership.ts createMembership': 70,
  'src/cluster/opinions/asking.ts createAsking': 65,
  'src/cluster/opinions/reachability.ts createReachability': 70,
  'src/cluster/reach/dial-back.ts createDialBack': 80,
  'src/cluster/reach/linked-peers.ts createLinkedPeers': 70,
  'src/cluster/rollout/rollout-jobs.ts createRolloutJobs': 70,
  'src/cluster/timeline/timeline.ts createTimeline': 65,
  'src/daemon/lifecycle.ts startLifecycle': 80,
  'src/daemon/parts/parts.ts buildParts': 75,
  'src/dashboard/alerts/target-dialog.tsx TargetDialog': 65,
  'src/dashboard/choosing/act-buttons.tsx ActButtons': 80,
  'src/dashboard/deployments/list/deployment-table.tsx Row': 65,
  'src/dashboard/deployments/log/log-tail.tsx LogTail': 65,
  'src/dashboard/deployments/operations.ts operationsOn': 80,
  'src/dashboard/diagnostics/diagnostics.tsx Machines': 70,
  'src/dashboard/diagnostics/state-chart.tsx StateChart': 85,
  'src/dashboard/inspect/bridge.ts createBridge': 90,
  'src/dashboard/inspect/page.tsx InspectPage': 65,
  'src/dashboard/joining/introduced.tsx Introduced': 65,
  'src/dashboard/joining/invite.tsx InviteDialog': 80,
  'src/dashboard/joining/invites.tsx OpenInvites': 70,
  'src/dashboard/joining/join.tsx JoinDialog': 70,
  'src/dashboard/lib/data/live.ts createLive': 65,
  'src/dashboard/overview/counters.tsx Counters': 65,
  'src/dashboard/parts/charts/chart.tsx optionsOf': 75,
  'src/dashboard/parts/palette.tsx Palette': 75,
  'src/dashboard/screens/alert-settings.tsx Loaded': 130,
  'src/dashboard/screens/config-list.tsx ConfigList': 75,
  'src/dashboard/screens/first-run.tsx FirstRun': 70,
  'src/dashboard/screens/servers/server-access.tsx ServerAccess': 85,
  'src/dashboard/screens/servers/server-facts.tsx ServerFacts': 65,
  'src/dashboard/screens/servers/server-health.tsx ServerHealth': 70,
  'src/dashboard/screens/servers/server-list.tsx ServerList': 65,
  'src/dashboard/screens/servers/server-tags.tsx ServerTags': 95,
  'src/dashboard/screens/sign-in.tsx SignIn': 70,
  'src/dashboard/screens/usage.tsx Charts': 80,
  'src/dev/bench/health/fast-clock.ts createFastClock': 70,
  'src/dev/bench/health/fleet.ts createFleet': 85,
  'src/dev/bench/health/watcher-process.ts watch': 70,
  'src/dev/charts/layout.ts layOut': 70,
  'src/flatrun/keys.ts createKeys': 70,
  'src/flatrun/users.ts createUsers': 70,
  'src/http/routes/deployments/deployments.ts deploymentRoutes': 65,
  'src/http/sockets/connection-limiter.ts createConnectionLimiter': 65,
  'src/inspector/inspector.ts createInspector': 90,
  'src/inspector/watcher.ts createWatcher': 90,
  'src/local/disk/watch.ts createDiskWatch': 70,
  'src/local/listing/watcher.ts createWatched': 70,
  'src/local/operations/containers.ts createContainers': 65,
  'src/local/usage/container-past.ts createContainerPast': 75,
  'src/parsing/parser.ts createParser': 85,
  'src/remote/answers/collect.ts collect': 70,
  'src/remote/forwarding/carry.ts carry': 90,
  'src/remote/links/keeper.ts keepLinks': 145,
  'src/remote/links/parked.ts createParkedLinks': 130,
  'src/remote/probe.ts createProbe': 65,
  'src/store/collection.ts openCollection': 65,
  'src/store/keeper.ts openKeeper': 70,
  'src/store/store.ts assemble': 65,
  'src/systemd/unit.ts unitFile': 80
}

const linesOf = (file: string) => readFileSync(path.join(root, file), 'utf8').split('\n').length - 1

test(`no file has more than ${MOST_LINES} lines, and none that had more grows`, () => {
  const long = files
    .map((file) => ({ file, lines: linesOf(file) }))
    .filter(({ file, lines }) => lines > (LONGER[file] ?? MOST_LINES))
  assert.deepEqual(long, [])
})

test(`half of the files have at most ${MEDIAN} lines`, () => {
  const lengths = files.map(linesOf).sort((a, b) => a - b)
  assert.ok((lengths[Math.floor(lengths.length / 2)] ?? 0) <= MEDIAN)
})

test(`no folder has more than ${MOST_FILES} files beside its sub-rooms`, () => {
  const counts = Map.groupBy(files, (file) => path.dirname(file))
  const full = [...counts].filter(([, inside]) => inside.length > MOST_FILES).map(([folder]) => folder)
  assert.deepEqual(full, [])
})

test('what became smaller is listed as small as it is', () => {
  const shorter = Object.entries(LONGER).filter(
    ([file, lines]) => !files.includes(file) || linesOf(file) < lines - ROOM
  )
  assert.deepEqual(shorter, [])
})

const FUNCTION = /^( *)(?:export )?(?:async )?function\*? ?(\w+)/

/** Declared functions by file and name, from the line that names them to the brace that ends them. */
function functionsOf(file: string): { name: string; lines: number }[] {
  const text = readFileSync(path.join(root, file), 'utf8').split('\n')
  return text.flatMap((line, first) => {
    const [, indent, name] = FUNCTION.exec(line) ?? []
    if (name === undefined) return []
    const last = text.findIndex((other, at) => at > first && other.startsWith(`${indent}}`))
    return { name: `${file} ${name}`, lines: last - first + 1 }
  })
}

const functions = files.flatMap(functionsOf)

test(`no function has more than ${MOST_LINES_OF_A_FUNCTION} lines, and none that had more grows`, () => {
  const long = functions.filter(({ name, lines }) => lines > (LONGER_FUNCTIONS[name] ?? MOST_LINES_OF_A_FUNCTION))
  assert.deepEqual(long, [])
})

test('a function that became shorter is listed as short as it is', () => {
  const shorter = Object.entries(LONGER_FUNCTIONS).filter(
    ([name, lines]) => !functions.some((one) => one.name === name && one.lines >= lines - ROOM)
  )
  assert.deepEqual(shorter, [])
})
