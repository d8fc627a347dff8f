vcl 4.1;
# Varnish before `sluice serve`: docs/serving.md and docs/adr/0282-a-cache-joins-those-who-wait.md. Start it with
#   varnishd -a :80 -f /etc/varnish/sluice.vcl -s malloc,1G -p thread_pool_min=100

import std;

backend sluice {
  .host = "127.0.0.1";
  .port = "8080";
  .first_byte_timeout = 60s;            # longer than three target durations: so long a request is held
  .between_bytes_timeout = 60s;
}

sub vcl_recv {
  if (req.restarts == 0) {
    unset req.http.X-Sluice-Url;
    unset req.http.X-Sluice-Key;
    unset req.http.X-Sluice-Before;
    # For operators, who ask the servers themselves.
    if (req.url ~ "^/(metrics|livez|readyz|healthz)") { return (synth(404)); }
    # What follows on a connection that is piped is not looked at: only a handshake is, which the server ends by closing it where it does not agree.
    if (req.http.Upgrade ~ "(?i)websocket" && req.http.Connection ~ "(?i)upgrade" && req.url ~ "^(/t/[A-Za-z0-9._*-]+)?/live/[A-Za-z0-9._-]+/ws(\?|$)") { return (pipe); }
    if (req.method != "GET" && req.method != "HEAD") { return (pass); }
    # The page, its files and what it asks; what goes on without end.
    if (req.url !~ "^(/t/[A-Za-z0-9._*-]+)?/live/[A-Za-z0-9._-]+/[A-Za-z0-9._/-]+(\?|$)") { return (pass); }
    if (req.url ~ "/stream\.mp4(\?|$)") { return (pass); }
    # A token before the path: playlists name what follows relative to that, so that they are the same for all.
    if (req.url ~ "^/live/" && req.url ~ "[?&]token=[A-Za-z0-9._*-]+") {
      return (synth(302, "/t/" + regsub(req.url, "^.*[?&]token=([A-Za-z0-9._*-]+).*$", "\1") + req.url));
    }
    if (req.url ~ "^/t/") { set req.http.X-Sluice-Before = regsub(req.url, "^(/t/[^/]+)/.*$", "\1"); }
    # First whether this token allows this stream (to be left out where everybody may watch); then, from vcl_deliver, what was asked for.
    set req.http.X-Sluice-Url = req.url;
    set req.url = req.http.X-Sluice-Before + regsub(req.url, "^(?:/t/[^/]+)?(/live/[^/]+)/.*$", "\1") + "/permit";
    # Not what a viewer gets who asks for it himself: that would be the permit of all who have no token.
    set req.http.X-Sluice-Key = "permit " + req.url;
    return (hash);
  }
  # What an answer depends on, and nothing else: not the token, nor what somebody puts behind the question mark to get past the cache. The server is asked this and not
  # what was written: of a name that stands there twice, or in other letters, it may take another one than we do, and its answer would be handed to everybody.
  set req.http.X-Sluice-Key = "";
  if (req.url ~ "[?&]_HLS_msn=") { set req.http.X-Sluice-Key = req.http.X-Sluice-Key + "&_HLS_msn=" + regsub(req.url, "^.*[?&]_HLS_msn=([^&]*).*$", "\1"); }
  if (req.url ~ "[?&]_HLS_part=") { set req.http.X-Sluice-Key = req.http.X-Sluice-Key + "&_HLS_part=" + regsub(req.url, "^.*[?&]_HLS_part=([^&]*).*$", "\1"); }
  if (req.url ~ "[?&]_HLS_skip=") { set req.http.X-Sluice-Key = req.http.X-Sluice-Key + "&_HLS_skip=" + regsub(req.url, "^.*[?&]_HLS_skip=([^&]*).*$", "\1"); }
  if (req.url ~ "[?&]from=") { set req.http.X-Sluice-Key = req.http.X-Sluice-Key + "&from=" + regsub(req.url, "^.*[?&]from=([^&]*).*$", "\1"); }
  if (req.url ~ "[?&]rendition=") { set req.http.X-Sluice-Key = req.http.X-Sluice-Key + "&rendition=" + regsub(req.url, "^.*[?&]rendition=([^&]*).*$", "\1"); }
  set req.url = regsub(req.url, "\?.*$", "") + regsub(req.http.X-Sluice-Key, "^&", "?");
  set req.http.X-Sluice-Key = regsub(req.url, "^/t/[^/]+", "");
  return (hash);
}

sub vcl_hash {
  hash_data(req.http.X-Sluice-Key);
  return (lookup);
}

sub vcl_pipe {
  set bereq.http.Upgrade = req.http.Upgrade;
  set bereq.http.Connection = "upgrade";
  return (pipe);
}

sub vcl_backend_fetch {
  unset bereq.http.X-Sluice-Url;
  unset bereq.http.X-Sluice-Key;
  unset bereq.http.X-Sluice-Before;
}

sub vcl_backend_response {
  # One copy, compressed; Varnish opens it for those who do not take that.
  unset beresp.http.Vary;
  if (beresp.http.Cache-Control !~ "stale-while-revalidate") { set beresp.grace = 0s; }
  # That somebody may not watch is believed for as long as Sluice says; of anything else that is refused, nothing is kept.
  if (bereq.url ~ "/permit$" && beresp.status == 403) { set beresp.ttl = 10s; return (deliver); }
  # For a moment a refusal is not asked for in turns, but by everybody for himself.
  if (beresp.http.Cache-Control ~ "no-store") { set beresp.ttl = 1s; set beresp.uncacheable = true; return (deliver); }
}

sub vcl_deliver {
  if (req.http.X-Sluice-Url && req.url ~ "/permit$" && req.restarts == 0) {
    if (resp.status == 200) {
      set req.url = req.http.X-Sluice-Url;
      return (restart);
    }
    return (deliver);
  }
  unset resp.http.Surrogate-Key;
  unset resp.http.X-Varnish;
  unset resp.http.Via;
}

sub vcl_synth {
  if (resp.status == 302) {
    set resp.http.Location = resp.reason;
    set resp.reason = "Found";
    set resp.http.Access-Control-Allow-Origin = "*";
    return (deliver);
  }
}
