{{- /* Whether a part has pods: "true" or nothing. A console may be within the servers for viewers. */ -}}
{{- define "sluice.runs" -}}
{{- $own := index .root.Values .part }}
{{- if and $own.enabled (not (and (eq .part "console") $own.withServe)) }}true{{ end }}
{{- end }}

{{- /* Who may come to the console, wherever it stands: (dict "root" $ "ingress" ...). Words, volumes and mounts, as YAML. */ -}}
{{- define "sluice.consoleAccess" -}}
{{- $console := .root.Values.console }}
{{- $args := list }}
{{- $volumes := list }}
{{- $mounts := list }}
{{- if not (or $console.tokenKey.existingSecret $console.oidc.issuer) }}
{{- fail "console: others can reach it, so say who may come; set console.tokenKey.existingSecret, or console.oidc.issuer" }}
{{- end }}
{{- if .root.Values.console.withServe }}
{{- if not .root.Values.serve.enabled }}{{- fail "console.withServe: there are no servers for viewers; set serve.enabled, or withServe to false" }}{{- end }}
{{- if $console.spool.enabled }}{{- fail "console.spool: what is dropped has to come to the same pod, which servers for viewers cannot promise; set console.withServe to false" }}{{- end }}
{{- if not $console.tokenKey.existingSecret }}{{- fail "console.withServe: several servers know each other's logins only by one key; set console.tokenKey.existingSecret" }}{{- end }}
{{- end }}
{{- if $console.tokenKey.existingSecret }}
{{- $volumes = append $volumes (dict "name" "console-key" "secret" (dict "secretName" $console.tokenKey.existingSecret "defaultMode" 288)) }}
{{- $mounts = append $mounts (dict "name" "console-key" "mountPath" "/etc/sluice/console" "readOnly" true) }}
{{- $args = concat $args (list "--console-key" (printf "/etc/sluice/console/%s" $console.tokenKey.key)) }}
{{- end }}
{{- if $console.oidc.issuer }}
{{- $id := required "console.oidc.clientId is empty: name what the provider knows the console as" $console.oidc.clientId }}
{{- $args = concat $args (list "--oidc-issuer" $console.oidc.issuer "--oidc-client-id" $id) }}
{{- if $console.oidc.clientSecret.existingSecret }}
{{- $volumes = append $volumes (dict "name" "oidc" "secret" (dict "secretName" $console.oidc.clientSecret.existingSecret "defaultMode" 288)) }}
{{- $mounts = append $mounts (dict "name" "oidc" "mountPath" "/etc/sluice/oidc" "readOnly" true) }}
{{- $args = concat $args (list "--oidc-client-secret-file" (printf "/etc/sluice/oidc/%s" $console.oidc.clientSecret.key)) }}
{{- end }}
{{- with $console.oidc.roleClaim }}{{- $args = concat $args (list "--oidc-role-claim" .) }}{{- end }}
{{- range $value, $role := $console.oidc.roles }}{{- $args = concat $args (list "--oidc-role" (printf "%s=%s" $value $role)) }}{{- end }}
{{- end }}
{{- $url := $console.url }}
{{- if and (not $url) .ingress.enabled }}{{- $url = printf "%s://%s" (ternary "https" "http" (ne "" .ingress.tlsSecret)) .ingress.host }}{{- end }}
{{- with $url }}{{- $args = concat $args (list "--url" .) }}{{- end }}
{{- toYaml (dict "args" $args "volumes" $volumes "mounts" $mounts) }}
{{- end }}

{{- /* What a console reads (docs/acls.md, "Console"), but what a server for viewers reads already, and what it needs for all else that it may do: (dict "root" $ "live" TOPIC). As JSON. */ -}}
{{- define "sluice.consoleRights" -}}
{{- $console := .root.Values.console }}
{{- $files := $console.topic }}
{{- $state := list "Read" }}
{{- $ofFiles := list "DescribeConfigs" "Read" }}
{{- if or $console.spool.enabled $console.administers }}{{- $state = append $state "Write" }}{{- end }}
{{- if $console.spool.enabled }}{{- $ofFiles = append $ofFiles "Write" }}{{- end }}
{{- $rights := list (list "topic" $files "literal" $ofFiles) (list "topic" (printf "%s.state" $files) "literal" $state) }}
{{- $rights = append $rights (list "group" "sluice-" "prefix" (list "Describe")) }}
{{- range ternary list (list "" ".index" ".streams") $console.withServe }}
{{- $rights = append $rights (list "topic" (printf "%s%s" $.live .) "literal" (list "Read")) }}
{{- end }}
{{- range list $files .live }}
{{- $rights = append $rights (list "topic" (printf "%s.reports" .) "literal" (list "Read")) }}
{{- end }}
{{- if $console.spool.enabled }}{{- $rights = append $rights (list "topic" (printf "%s.reports" $files) "literal" (list "Write")) }}{{- end }}
{{- if $console.administers }}{{- $rights = append $rights (list "topic" (printf "%s.keys" .live) "literal" (list "Read" "Write")) }}{{- end }}
{{- if .root.Values.strimzi.optionalRights }}{{- $rights = append $rights (list "cluster" "" "" (list "Describe")) }}{{- end }}
{{- toJson $rights }}
{{- end }}
