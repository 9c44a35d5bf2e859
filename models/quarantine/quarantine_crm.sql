{{ quarantine('crm') }}
