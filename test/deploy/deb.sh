#!/bin/bash
# Runs inside the container, as its only service of its own: installs the package, uses it, removes it, and writes what it sees to /out/seen.
exec >/out/log 2>&1
seen() { printf '%s\t%s\n' "$1" "$2" >>/out/seen; }
until_true() { for _ in $(seq 150); do eval "$1" && return 0; sleep .2; done; return 1; }
show() { systemctl show --property "$2" --value "$1"; }
there() { [ -e "$1" ] && echo there || echo gone; }

# Where this system is a container itself, its maker may have forbidden packages to start and stop anything.
rm -f /usr/sbin/policy-rc.d
dpkg -i /out/sluice.deb
seen installed "$(dpkg-query -W -f '${Status}' sluice)"
seen version "$(sluice --version)"
seen user "$(id -un sluice) $(getent passwd sluice | cut -d: -f6,7)"
seen settings "$(stat -c '%a %U:%G' /etc/sluice)"
seen running "$(systemctl list-units --no-legend 'sluice-*' | wc -l)"
seen manual "$(test -f /usr/share/man/man1/sluice-upload.1.gz && echo there)"
seen completes "$(bash -c '. /usr/share/bash-completion/completions/sluice && complete -p sluice' | grep -c sluice)"

install -d -o sluice -g sluice /srv/outbox
echo hello >/srv/outbox/hello.txt
cp /out/till.properties /etc/sluice/
chown root:sluice /etc/sluice/till.properties && chmod 0640 /etc/sluice/till.properties
systemctl start sluice-upload@till
arrived() { sluice list --config /etc/sluice/till.properties --json | grep -c '"state":"complete"'; }
until_true '[ "$(arrived)" = 1 ]'
seen uploaded "$(arrived)"

# An upgrade keeps what was written into settings, and starts what runs again.
echo '# mine' >>/etc/sluice/sluice.properties
before=$(show sluice-upload@till MainPID)
dpkg -i --force-confdef --force-confold /out/sluice.deb
until_true '[ "$(show sluice-upload@till MainPID)" != "$before" ]'
seen upgraded "$(tail -n 1 /etc/sluice/sluice.properties) $(systemctl is-active sluice-upload@till)"
echo again >/srv/outbox/again.txt
until_true '[ "$(arrived)" = 2 ]'
seen 'goes on' "$(arrived)"

dpkg -r sluice
seen removed "$(systemctl is-active sluice-upload@till) $(there /usr/bin/sluice) $(there /usr/lib/systemd/system/sluice-upload@.service) $(there /etc/sluice/sluice.properties)"
mkdir -p /var/lib/sluice/inbox && echo kept >/var/lib/sluice/inbox/kept.txt
dpkg -P sluice 2>/out/purged
seen purged "$(there /etc/sluice/sluice.properties) $(there /etc/sluice/till.properties) $(there /var/lib/sluice/inbox/kept.txt) $(there /var/cache/sluice)"
seen told "$(grep -c 'is not empty, and stays' /out/purged)"
seen left "$(dpkg-query -W -f '${Status}' sluice 2>/dev/null | grep -c installed)"
rm -rf /var/lib/sluice /etc/sluice
journalctl --no-pager -o short-monotonic -u 'sluice-*' >/out/journal
seen end reached
systemctl --no-block poweroff
