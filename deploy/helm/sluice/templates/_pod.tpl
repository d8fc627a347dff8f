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
{{- $volumes = concat $volumes (default list .volumes) $own.extraVolumes }}
{{- $mounts = concat $mounts (default list .mounts) $own.extraVolumeMounts }}
{{- $args := concat .args (include "sluice.commonArgs" . | fromJsonArray) (include "sluice.flags" $own.options | fromJsonArray) $own.extraArgs }}
{{- $ports := append (default list .ports) (dict "name" "metrics" "containerPort" (int $root.Values.metricsPort) "protocol" "TCP") }}
metadata:
  labels:
    {{- include "sluice.labels" . | nindent 4 }}
    {{- with $own.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $own.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "sluice.serviceAccount" $root }}
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
  priorityClassName: {{ . }}
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
      image: {{ include "sluice.image" . }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args:
        {{- range $args }}
        - {{ . | quote }}
        {{- end }}
      {{- with include "sluice.env" . | fromJsonArray }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $root.Values.stores.existingSecret }}
      envFrom:
        - secretRef:
            name: {{ . }}
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
