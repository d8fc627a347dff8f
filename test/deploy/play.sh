#!/bin/bash
# Runs inside the container, as its only service of its own: starts the units, and writes what it sees to /out/seen.
exec >/out/log 2>&1
seen() { printf '%s\t%s\n' "$1" "$2" >>/out/seen; }
# What does not come is left out of what was seen, with the units' words beside it.
until_true() { for _ in $(seq 100); do eval "$1" && return 0; sleep .2; done; journal; return 1; }
journal() { journalctl --no-pager -o short-monotonic -u 'sluice-*' >/out/journal; }
show() { systemctl show --property "$2" --value "$1"; }

systemd-sysusers
seen user "$(id -nu sluice)"
install -d -o sluice -g sluice /srv/outbox
install -d -m 0750 -o root -g sluice /etc/sluice
cp /out/*.properties /etc/sluice/
echo hello >/srv/outbox/hello.txt

systemctl start sluice-upload@till sluice-download@till sluice-serve@till sluice-ingest@till
until_true '[ -s /var/lib/sluice/inbox/till/hello.txt ]'
seen arrived "$(cat /var/lib/sluice/inbox/till/hello.txt)"
until_true 'curl -sf http://127.0.0.1:8099/healthz >/dev/null'
seen served "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8099/)"
for verb in upload download serve ingest; do seen "active $verb" "$(systemctl is-active sluice-$verb@till)"; done
systemctl start sluice-console@page
until_true 'curl -sf http://127.0.0.1:8098/console/api/overview | grep -q till'
seen console "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8098/console/) $([ -d /var/lib/sluice/spool ] && echo true)"
seen status "$(setpriv --reuid sluice --regid sluice --clear-groups env XDG_RUNTIME_DIR=/run/sluice sluice status --json | grep -c '"type":"status"')"

# SIGHUP is taken, and ends nothing.
before=$(show sluice-upload@till MainPID)
echo 'sluice.bandwidth=1M' >>/etc/sluice/till.properties
systemctl reload sluice-upload@till
until_true "journalctl --no-pager -u sluice-upload@till | grep -q bandwidth"
seen reloaded "$([ "$(show sluice-upload@till MainPID)" = "$before" ] && journalctl --no-pager -u sluice-upload@till | grep -c 'bandwidth')"

# What is killed comes back, and goes on.
kill -9 "$(show sluice-download@till MainPID)"
echo again >/srv/outbox/again.txt
until_true '[ -s /var/lib/sluice/inbox/till/again.txt ]'
seen restarted "$(cat /var/lib/sluice/inbox/till/again.txt) $(show sluice-download@till NRestarts)"

# Elsewhere nothing can be written: it says so, and goes on once a drop-in allows it.
systemctl start sluice-download@elsewhere
until_true "journalctl --no-pager -u sluice-download@elsewhere | grep -q /srv/elsewhere"
seen elsewhere "$(journalctl --no-pager -o cat -u sluice-download@elsewhere | grep -o 'EROFS' | head -1)"
systemctl stop sluice-download@elsewhere
install -d -o sluice -g sluice /srv/elsewhere
install -d /run/systemd/system/sluice-download@elsewhere.service.d
printf '[Service]\nReadWritePaths=/srv/elsewhere\n' >/run/systemd/system/sluice-download@elsewhere.service.d/place.conf
systemctl daemon-reload
systemctl reset-failed sluice-download@elsewhere
systemctl start sluice-download@elsewhere
until_true '[ -s /srv/elsewhere/till/hello.txt ]'
seen allowed "$(cat /srv/elsewhere/till/hello.txt)"

# What docs/systemd.md gives by drop-ins.
drop_in() {
  install -d "/run/systemd/system/$1.service.d"
  printf '[Service]\n%s\n' "${@:2}" >"/run/systemd/system/$1.service.d/more.conf"
  systemctl daemon-reload
}
install -d -m 0700 -o games /srv/others && install -m 0600 -o games /dev/null /srv/others/a.txt && echo secret >/srv/others/a.txt
drop_in sluice-upload@others AmbientCapabilities=CAP_DAC_READ_SEARCH CapabilityBoundingSet=CAP_DAC_READ_SEARCH
drop_in sluice-download@owned PrivateUsers=no 'AmbientCapabilities=CAP_CHOWN CAP_FOWNER' 'CapabilityBoundingSet=CAP_CHOWN CAP_FOWNER' SystemCallFilter=@chown
install -d -o sluice /srv/moving && echo moved >/srv/moving/b.txt && chown sluice /srv/moving/b.txt
drop_in sluice-upload@moving ReadWritePaths=/srv/moving
drop_in sluice-serve@low PrivateUsers=no AmbientCapabilities=CAP_NET_BIND_SERVICE CapabilityBoundingSet=CAP_NET_BIND_SERVICE
systemctl start sluice-upload@others sluice-upload@moving sluice-download@owned sluice-serve@low
until_true '[ -s /var/lib/sluice/owned/others/a.txt ]'
seen others "$(cat /var/lib/sluice/owned/others/a.txt)"
seen owned "$(stat -c %U /var/lib/sluice/owned/others/a.txt)"
until_true '[ -s /var/lib/sluice/owned/moving/b.txt ] && ! [ -e /srv/moving/b.txt ]'
seen moved "$([ -e /srv/moving/b.txt ] || echo gone) $(cat /var/lib/sluice/owned/moving/b.txt)"
until_true 'curl -s -o /dev/null http://127.0.0.1:809/'
seen low "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:809/ | sed 's/302\|200/302 or 200/')"
systemctl stop sluice-upload@others sluice-upload@moving sluice-download@owned sluice-serve@low

# A configuration that cannot be used is not tried again and again.
systemctl start sluice-upload@wrong
until_true 'systemctl is-failed -q sluice-upload@wrong'
sleep 6
seen wrong "$(show sluice-upload@wrong ExecMainStatus) $(show sluice-upload@wrong NRestarts)"

# A stop is a good end.
for verb in upload download serve ingest; do
  begun=$(date +%s)
  systemctl stop sluice-$verb@till
  seen "stopped $verb" "$(systemctl is-active sluice-$verb@till) $(show sluice-$verb@till Result) $(($(date +%s) - begun < 15))"
done
begun=$(date +%s)
systemctl stop sluice-console@page
seen "stopped console" "$(systemctl is-active sluice-console@page) $(show sluice-console@page Result) $(($(date +%s) - begun < 15))"
seen denied "$(journalctl --no-pager -o cat | grep -c 'EPERM\|SIGSYS')"
journal
seen end reached
systemctl --no-block poweroff
