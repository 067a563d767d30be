import { SERVICE } from './unit.ts'

const FOLDER = `/var/backups/${SERVICE}`

/**
 * The service that makes one backup and deletes the oldest, for the timer below. It is root, because it reads what is the
 * agent's alone and writes where the agent may not; most else is closed to it. The config may name a data path anywhere. Without
 * CAP_CHOWN what SQLite leaves beside the store of a stopped agent would be root's, and the agent could not start.
 */
export const backupServiceFile = (program: string) => `[Unit]
Description=Backup of the FlatRun cluster agent
Documentation=man:flatrun-cluster(8)

[Service]
Type=oneshot
TimeoutStartSec=15min
# Others: systemctl edit ${SERVICE}-backup
Environment=FOLDER=${FOLDER} KEEP=14
ExecStart=${program} backup --into \${FOLDER} --keep \${KEEP}
SyslogIdentifier=${SERVICE}-backup
UMask=0077
Nice=10
NoNewPrivileges=yes
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_CHOWN
`

export const backupTimerFile = () => `[Unit]
Description=Daily backup of the FlatRun cluster agent

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`
