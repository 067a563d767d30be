import { Fatal } from '../errors/fatal.ts'

export interface UnitOptions {
  /** The program and its words before `agent`. */
  readonly program: readonly string[]
  readonly config: string
  /** A user of the system, who keeps the files of deployments; without one systemd makes a user for each run. */
  readonly user?: string | undefined
  /** Member of the group docker, which is root by another name. */
  readonly docker?: boolean
  /** The folder with the deployments, if the agent is to start and change them. */
  readonly deployments?: string | undefined
  /** systemd 253 or newer: it opens its notification socket for us. */
  readonly opensFiles?: boolean
  /** systemd 254 or newer: it waits longer from one restart to the next. */
  readonly backsOff?: boolean
}

export const SERVICE = 'flatrun-cluster'
export const CREDENTIALS = '/etc/flatrun-cluster/credentials'

/**
 * The unit of the agent. As little of the system as it can do with: what is written here holds for a takeover of the
 * process as well. MemoryDenyWriteExecute stays off, because V8 writes the code that it runs, and AF_NETLINK on, because
 * without it Node cannot list the network interfaces.
 */
export function unitFile(options: UnitOptions): string {
  const { program, config, user, docker = false, deployments, opensFiles = false, backsOff = false } = options
  return `[Unit]
Description=FlatRun cluster agent
Documentation=man:flatrun-cluster(8)
Wants=network-online.target
After=network-online.target docker.service docker.socket
# A port that is taken for an hour is free again after it: starting is never given up.
StartLimitIntervalSec=0

[Service]
Type=notify
${opensFiles ? 'NotifyAccess=main\nOpenFile=/run/systemd/notify:notify:graceful' : 'NotifyAccess=all'}
ExecStart=${[...program, 'agent', '--config', config].map(quoted).join(' ')}
# A config with a fault fails the reload, and its faults are in the journal.
ExecReload=${[...program, 'config', 'check', config].map(quoted).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
${backsOff ? 'RestartSec=1\nRestartSteps=8\nRestartMaxDelaySec=60' : 'RestartSec=3'}
# 64 wrong usage, 78 wrong config or a store that is not ours: starting again would not help.
RestartPreventExitStatus=64 78
TimeoutStartSec=60
TimeoutStopSec=20
WatchdogSec=30
KillMode=mixed
SyslogIdentifier=${SERVICE}
Environment=UV_THREADPOOL_SIZE=64
# V8 would set aside 128 MB for young objects once it has been busy, and never give them back.
Environment=NODE_OPTIONS=--max-semi-space-size=16

${user ? `User=${line(user)}\nGroup=${line(user)}` : `DynamicUser=yes\nUser=${SERVICE}`}
${docker ? 'SupplementaryGroups=docker\n' : ''}StateDirectory=${SERVICE}
StateDirectoryMode=0700
# Each file in this folder is one value of the config, named like its key: auth.jwt_secret, auth.api_keys.
LoadCredential=flatrun:${CREDENTIALS}
UMask=0077
LimitNOFILE=65536
LimitCORE=0
MemoryMax=512M
TasksMax=256

NoNewPrivileges=yes
ProtectSystem=strict
${deployments ? `ReadWritePaths=-${folder(deployments)}\n` : ''}ProtectHome=yes
PrivateTmp=yes
PrivateMounts=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
ProcSubset=all
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
CapabilityBoundingSet=
AmbientCapabilities=
RemoveIPC=yes
KeyringMode=private
DevicePolicy=closed
MemoryDenyWriteExecute=no

[Install]
WantedBy=multi-user.target
`
}

/** The port opened by systemd: a restart refuses nobody, and a port under 1024 needs no privilege. */
export const socketFile = (address: string) => `[Unit]
Description=FlatRun cluster agent, its port

[Socket]
ListenStream=${line(address)}
FileDescriptorName=http
NoDelay=yes

[Install]
WantedBy=sockets.target
`

/** A word of a command line as systemd reads it: no specifier, no variable, no space that parts it. */
function quoted(word: string): string {
  const plain = line(word).replaceAll('$', '$$$$')
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, '\\$&')}"`
}

/** A folder in a list of them. Quotes and backslashes cannot be written there in every version. */
function folder(word: string): string {
  if (/["\\]/.test(word))
    throw new Fatal(64, `${JSON.stringify(word)} holds a quote or a backslash; rename that folder`)
  return /^[\w@%+=:,./$-]+$/.test(word) ? line(word) : `"${line(word)}"`
}

/** What stays within its line, and has no specifier. @throws Fatal 64 */
function line(word: string): string {
  if (/\p{Cc}/u.test(word))
    throw new Fatal(
      64,
      `${JSON.stringify(word)} holds a line break or another control character, which no unit can take`
    )
  return word.replaceAll('%', '%%')
}
