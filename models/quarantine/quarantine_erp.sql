{{ quarantine('erp') }}
