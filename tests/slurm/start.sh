#!/bin/sh
# Starts a Slurm cluster of one node, this machine, for the test beside this file; installs it from Debian's packages where it is missing.
# Needs root. Everything it writes is under the folder that it is given: `sh tests/slurm/start.sh /tmp/slurm`.
set -eu
dir=$1
host=$(hostname -s)

if ! command -v slurmctld >/dev/null || ! command -v munged >/dev/null; then
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends slurm-wlm munge >/dev/null
fi
mkdir -p "$dir/state" "$dir/spool" /run/munge
chown munge: /run/munge
[ -s /etc/munge/munge.key ] || { dd if=/dev/urandom of=/etc/munge/munge.key bs=32 count=32 2>/dev/null && chown munge: /etc/munge/munge.key && chmod 400 /etc/munge/munge.key; }
munge -n >/dev/null 2>&1 || setsid su munge -s /bin/sh -c munged

cat >"$dir/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
JobRequeue=1
KillWait=5
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
# The shell does not know SLURM_CONF where the node runs a job: the daemons are told, and pass it on.
export SLURM_CONF="$dir/slurm.conf"
setsid slurmctld
setsid slurmd
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  if [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ]; then exit 0; fi
  sleep 1
done
echo "slurm: the node did not become idle" >&2
tail -n 20 "$dir/slurmctld.log" "$dir/slurmd.log" >&2
exit 1
