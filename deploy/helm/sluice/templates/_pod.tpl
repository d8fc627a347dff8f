{{- /* A value as a word: whole numbers come as floating ones, and are not to be written 1e+06. */ -}}
{{- define "sluice.word" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) }}{{ int64 . }}{{ else }}{{ toString . }}{{ end }}
{{- end }}

{{- /* Flags of a map of options, as JSON: a switch that is true, a list once for each item, anything else with its value. */ -}}
{{- define "sluice.flags" -}}
{{- $words := list }}
{{- range $name, $value := . }}
{{- $flag := printf "--%s" $name }}
{{- if kindIs "bool" $value }}
{{- if $value }}{{- $words = append $words $flag }}{{- end }}
{{- else if kindIs "slice" $value }}
{{- range $value }}{{- $words = concat $words (list $flag (include "sluice.word" .)) }}{{- end }}
{{- else }}
{{- $words = concat $words (list $flag (include "sluice.word" $value)) }}
{{- end }}
{{- end }}
{{- toJson $words }}
{{- end }}

{{- /* How a part reaches Kafka: what is said of all, and of it alone. */ -}}
{{- define "sluice.kafka" -}}
{{- mergeOverwrite (deepCopy .root.Values.kafka) (deepCopy (default dict .own.kafka)) | toYaml }}
{{- end }}

{{- /* Words of every part: how Kafka is reached, and where figures are asked for. As JSON. */ -}}
{{- define "sluice.commonArgs" -}}
{{- $kafka := include "sluice.kafka" . | fromYaml }}
{{- $words := list }}
{{- if $kafka.bootstrapServers }}{{- $words = concat $words (list "--bootstrap-servers" $kafka.bootstrapServers) }}{{- end }}
{{- if $kafka.properties.existingSecret }}
{{- $words = concat $words (list "--config" (printf "/etc/sluice/kafka/%s" $kafka.properties.key)) }}
{{- else if not $kafka.bootstrapServers }}
{{- fail "kafka.bootstrapServers is empty, and there is no kafka.properties.existingSecret: name the cluster in one of them" }}
{{- end }}
{{- range $name, $value := $kafka.settings }}
{{- $words = concat $words (list "--property" (printf "%s=%s" $name (include "sluice.word" $value))) }}
{{- end }}
{{- $words = concat $words (list "--metrics-port" (include "sluice.word" .root.Values.metricsPort) "--metrics-host" "0.0.0.0") }}
{{- toJson $words }}
{{- end }}

{{- /* Environment of every part, as JSON. */ -}}
{{- define "sluice.env" -}}
{{- $env := list }}
{{- range $property, $secret := (include "sluice.kafka" . | fromYaml).secretSettings }}
{{- $variable := printf "SLUICE_%s" (upper (replace "." "_" $property)) }}
{{- $env = append $env (dict "name" $variable "valueFrom" (dict "secretKeyRef" (dict "name" $secret.name "key" $secret.key))) }}
{{- end }}
{{- toJson (concat $env (default list .env) .own.extraEnv) }}
{{- end }}

{{- /* Fails for what a part may not be told: flags that the chart gives, and more seconds before SIGTERM than there are. */ -}}
{{- define "sluice.checked" -}}
{{- $own := .own }}
{{- $given := dict "topic" "topic" "bootstrap-servers" "kafka.bootstrapServers" "config" "kafka.properties" "metrics-port" "metricsPort" "metrics-host" "metricsPort" }}
{{- if or (eq .part "serve") (eq .part "console") }}{{- $given = merge $given (dict "host" "port" "port" "port" "console-key" "console.tokenKey" "spool-folder" "console.spool") }}{{- end }}
{{- if eq .part "downloader" }}{{- $given = merge $given (dict "to" "sink" "group" "group") }}{{- end }}
{{- if eq .part "uploader" }}{{- $given = merge $given (dict "name" "name") }}{{- end }}
{{- if eq .part "ingest" }}{{- $given = merge $given (dict "rtmp-port" "rtmp" "rtmps-port" "rtmps" "srt-port" "srt" "whip-port" "whip") }}{{- end }}
{{- /* Those that a value has made here, beside these. What may be repeated counts from both. */}}
{{- $console := ternary "console." "" (eq .part "serve") }}
{{- $made := dict "from" "source" "identity" "identity" "watch-key" "watchKey" "tls-cert" "tls" "tls-key" "tls" "live-topic" "liveTopic" "console" "console.withServe" "files-topic" "console.topic" "srt-passphrase-file" "srt.passphrase" "jwt-secret-file" "jwtSecret" }}
{{- $made = merge $made (dict "url" (printf "%surl" $console) "oidc-issuer" (printf "%soidc.issuer" $console) "oidc-client-id" (printf "%soidc.clientId" $console) "oidc-client-secret-file" (printf "%soidc.clientSecret" $console) "oidc-role-claim" (printf "%soidc.roleClaim" $console)) }}
{{- range $flag, $value := $made }}
{{- if has (printf "--%s" $flag) $.args }}{{- $_ := set $given $flag $value }}{{- end }}
{{- end }}
{{- range $flag, $value := $given }}
{{- if hasKey $own.options $flag }}{{- fail (printf "%s.options.%s is given by the chart: set %s" $.part $flag $value) }}{{- end }}
{{- end }}
{{- if and (eq .part "downloader") (hasKey $own.options "name") (or $own.keda.enabled (gt (int $own.replicas) 1)) }}
{{- fail "downloader.options.name: each replica needs a name of its own, which is that of its pod; take it out" }}
{{- end }}
{{- if and .preStop (ge (int .preStop) (int $own.terminationGracePeriodSeconds)) }}
{{- fail (printf "%s.preStopSeconds: nothing of terminationGracePeriodSeconds (%d) is left for SIGTERM; make that longer" .part (int $own.terminationGracePeriodSeconds)) }}
{{- end }}
{{- with $own.strategy }}
{{- if and (has (toString .maxSurge) (list "0" "0%")) (has (toString .maxUnavailable) (list "0" "0%")) }}
{{- fail (printf "%s.strategy: with neither one more nor one less nothing can be replaced; set maxSurge or maxUnavailable" $.part) }}
{{- end }}
{{- end }}
{{- end }}

{{- /*
The pod of a part: (dict "root" $ "part" "serve" "own" .Values.serve "args" (list ...) "ports" (list ...) "volumes" (list ...) "mounts" (list ...)
"env" (list ...) "preStop" 5 "affinity" (dict) "spread" true).
*/ -}}
{{- define "sluice.pod" -}}
{{- $root := .root }}
{{- $own := .own }}
{{- $kafka := include "sluice.kafka" . | fromYaml }}
{{- $volumes := list (dict "name" "tmp" "emptyDir" (dict "sizeLimit" "64Mi")) }}
{{- $mounts := list (dict "name" "tmp" "mountPath" "/tmp") }}
{{- if $kafka.properties.existingSecret }}
{{- $volumes = append $volumes (dict "name" "kafka" "secret" (dict "secretName" $kafka.properties.existingSecret "defaultMode" 288)) }}
{{- $mounts = append $mounts (dict "name" "kafka" "mountPath" "/etc/sluice/kafka" "readOnly" true) }}
{{- end }}
{{- if $kafka.files.existingSecret }}
{{- $volumes = append $volumes (dict "name" "kafka-files" "secret" (dict "secretName" $kafka.files.existingSecret "defaultMode" 288)) }}
{{- $mounts = append $mounts (dict "name" "kafka-files" "mountPath" "/etc/sluice/kafka-files" "readOnly" true) }}
{{- end }}
{{- include "sluice.checked" . }}
{{- $volumes = concat $volumes (default list .volumes) $own.extraVolumes }}
{{- $mounts = concat $mounts (default list .mounts) $own.extraVolumeMounts }}
{{- $args := concat .args (include "sluice.commonArgs" . | fromJsonArray) (include "sluice.flags" $own.options | fromJsonArray) $own.extraArgs }}
{{- $ports := append (default list .ports) (dict "name" "metrics" "containerPort" (int $root.Values.metricsPort) "protocol" "TCP") }}
{{- $taken := dict }}
{{- range $ports }}
{{- $port := printf "%v/%s" .containerPort .protocol }}
{{- if hasKey $taken $port }}{{- fail (printf "%s: %s and %s are both at port %s; give one of them another" $.part (get $taken $port) .name $port) }}{{- end }}
{{- $_ := set $taken $port .name }}
{{- end }}
metadata:
  labels:
    {{- include "sluice.labels" (dict "root" $root "part" .part "more" $own.podLabels) | nindent 4 }}
  {{- with $own.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "sluice.serviceAccount" $root | quote }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- toYaml $root.Values.podSecurityContext | nindent 4 }}
  terminationGracePeriodSeconds: {{ int $own.terminationGracePeriodSeconds }}
  {{- if $own.hostNetwork }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  {{- with $own.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with $own.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with default .affinity $own.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $own.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml $own.topologySpreadConstraints | nindent 4 }}
  {{- else if .spread }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "sluice.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .part }}
      image: {{ include "sluice.image" . | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args:
        {{- range $args }}
        - {{ . | quote }}
        {{- end }}
      {{- with include "sluice.env" . | fromJsonArray }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- /* Credentials of stores are for those alone that have to do with one; those of AWS may be Kafka's too. */}}
      {{- $isAws := eq (toString (get (default dict $kafka.settings) "sasl.mechanism")) "AWS_MSK_IAM" }}
      {{- if and $root.Values.stores.existingSecret (or $isAws (include "sluice.usesStore" .)) }}
      envFrom:
        - secretRef:
            name: {{ $root.Values.stores.existingSecret | quote }}
      {{- end }}
      ports:
        {{- toYaml $ports | nindent 8 }}
      startupProbe:
        httpGet: {path: /livez, port: metrics}
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /livez, port: metrics}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: metrics}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 2
      {{- if .preStop }}
      lifecycle:
        preStop:
          {{- if semverCompare ">=1.30-0" $root.Capabilities.KubeVersion.Version }}
          sleep:
            seconds: {{ int .preStop }}
          {{- else }}
          exec:
            command: [/usr/bin/node, -e, "setTimeout(() => {}, {{ mul (int .preStop) 1000 }})"]
          {{- end }}
      {{- end }}
      securityContext:
        {{- toYaml $root.Values.securityContext | nindent 8 }}
      resources:
        {{- toYaml $own.resources | nindent 8 }}
      volumeMounts:
        {{- toYaml $mounts | nindent 8 }}
  volumes:
    {{- toYaml $volumes | nindent 4 }}
{{- end }}
