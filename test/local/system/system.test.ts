import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCpuTimes, parseLoad, parseMemory, parseMountPoint, parseUptime } from '../../../src/local/system/proc.ts'
import { createSampler } from '../../../src/local/system/sampler.ts'
import { createSystem } from '../../../src/local/system/system.ts'
import { folder } from '../folder.ts'

const STAT = `cpu  1000 50 500 8000 400 20 30 0 10 0
cpu0 500 25 250 4000 200 10 15 0 5 0
intr 1
`
const MEMINFO = `MemTotal:       16000000 kB
MemFree:         1000000 kB
MemAvailable:    6000000 kB
Buffers:          200000 kB
Cached:          3000000 kB
`
const MOUNTS = `21 26 0:20 / /proc rw - proc proc rw
26 1 8:1 / / rw - ext4 /dev/sda1 rw
30 26 8:2 / /srv rw - ext4 /dev/sdb1 rw
31 30 8:3 / /srv/my\\040data rw - ext4 /dev/sdc1 rw
`

test('processor times count waiting for a disk as idle, and guests once', () => {
  assert.deepEqual(parseCpuTimes(STAT), { total: 10_000, idle: 8_400 })
  assert.equal(parseCpuTimes(''), undefined)
  assert.equal(parseCpuTimes('cpu  a b c d'), undefined)
})

test('memory is read in bytes, also from a kernel that does not say what is available', () => {
  assert.deepEqual(parseMemory(MEMINFO), { total: 16_384_000_000, free: 1_024_000_000, available: 6_144_000_000 })
  const old = MEMINFO.replace(/MemAvailable.*\n/, '')
  assert.equal(parseMemory(old)?.available, (1_000_000 + 200_000 + 3_000_000) * 1024)
  assert.equal(parseMemory('nothing'), undefined)
})

test('load, uptime and mount point are read', () => {
  assert.deepEqual(parseLoad('0.52 0.58 0.59 1/467 12345\n'), { load1: 0.52, load5: 0.58, load15: 0.59 })
  assert.equal(parseLoad(''), undefined)
  assert.equal(parseUptime('12345.67 23456.78\n'), 12_345.67)
  assert.equal(parseUptime(''), undefined)
  assert.equal(parseMountPoint(MOUNTS, '/srv/my data/web'), '/srv/my data')
  assert.equal(parseMountPoint(MOUNTS, '/srv/web'), '/srv')
  assert.equal(parseMountPoint(MOUNTS, '/srvelse'), '/')
})

test('usage is the difference of two samples that are far enough apart', async () => {
  let at = 0
  let times = { total: 1_000, idle: 900 }
  const sampler = createSampler({ read: async () => times, now: () => at })
  await sampler.sample()
  at = 5_000
  times = { total: 1_400, idle: 1_000 }
  await sampler.sample()

  at = 5_100
  times = { total: 1_408, idle: 1_002 }
  assert.deepEqual(await sampler.usage(), { percent: 75, windowMs: 5_100 })
})

test('before there are two samples usage is the mean since boot, and says so', async () => {
  const sampler = createSampler({ read: async () => ({ total: 1_000, idle: 900 }), now: () => 0 })
  await sampler.sample()

  assert.deepEqual(await sampler.usage(), { percent: 10 })
})

test('a processor that was taken away does not make usage negative', async () => {
  let at = 0
  let times = { total: 1_000, idle: 900 }
  const sampler = createSampler({ read: async () => times, now: () => at })
  await sampler.sample()
  at = 2_000
  times = { total: 990, idle: 890 }

  assert.equal((await sampler.usage())?.percent, 0)
})

test('the figures come from /proc, the disk from the deployments, the limit from the cgroup', async (t) => {
  const proc = await folder(t, {
    stat: STAT,
    meminfo: MEMINFO,
    uptime: '100.9 1.0\n',
    loadavg: '1.00 2.00 3.00 1/1 1\n',
    'self/mountinfo': MOUNTS
  })
  const system = createSystem({ place: proc, procPath: proc, memoryLimit: () => 268_435_456, now: () => 0 })
  t.after(system.close)
  const stats = await system.stats()

  assert.equal(stats.cpu.usage_percent, 16)
  assert.equal(stats.memory.used, 10_240_000_000)
  assert.equal(stats.memory.usage_percent, 62.5)
  assert.equal(stats.memory.limit, 268_435_456)
  assert.equal(stats.uptime, 100)
  assert.deepEqual(stats.load_avg, { load1: 1, load5: 2, load15: 3 })
  assert.equal(stats.disk.mount_point, '/')
  assert.ok(stats.disk.total > 0 && stats.disk.used + stats.disk.free <= stats.disk.total)
})

test('without a limit there is none, and without /proc the figures are still there', async (t) => {
  const empty = await folder(t)
  const system = createSystem({ place: '/none', procPath: empty, memoryLimit: () => 2 ** 64, now: () => 0 })
  t.after(system.close)
  const stats = await system.stats()

  assert.equal(stats.memory.limit, undefined)
  assert.ok(stats.memory.total > 0)
  assert.ok(stats.cpu.usage_percent >= 0 && stats.cpu.usage_percent <= 100)
})
