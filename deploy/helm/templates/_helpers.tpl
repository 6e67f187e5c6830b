{{- define "npc-farm.labels" -}}
app.kubernetes.io/name: npc-farm
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "npc-farm.environment" -}}
- name: NPC_VIDEO_FARM_STORE
  valueFrom: { secretKeyRef: { name: {{ .Values.secret }}, key: store } }
- name: NPC_VIDEO_FARM_CLIPS
  value: {{ .Values.clips.place | quote }}
- name: AWS_REGION
  value: {{ .Values.clips.region | quote }}
{{- with .Values.clips.endpoint }}
- name: AWS_ENDPOINT
  value: {{ . | quote }}
{{- end }}
- name: AWS_ACCESS_KEY_ID
  valueFrom: { secretKeyRef: { name: {{ .Values.secret }}, key: AWS_ACCESS_KEY_ID } }
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: { secretKeyRef: { name: {{ .Values.secret }}, key: AWS_SECRET_ACCESS_KEY } }
{{- end }}
